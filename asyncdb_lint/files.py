"""Which files are linted: the walk, ignore files and excludes.

Folders that are left out are never entered, the order is that of the sorted names, and links met on the way are not
followed, so a loop of links is no loop here. Ignore files are read as Git reads them: the deeper one wins, in one
file the later line wins, and in one folder `.ignore` goes before `.gitignore`, then `.git/info/exclude`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdb_lint.settings import Settings, SettingsResolver

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".pyi")


class MissingPath(Exception):
    """A path that was asked for and does not exist; the message is one line."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to lint with their settings, and the folders that could not be read."""

    files: dict[Path, Settings]
    unreadable: tuple[str, ...] = ()


def find_files(paths: Sequence[Path], resolver: SettingsResolver, *, force_exclude: bool = False) -> Selection:
    """Finds the Python files under some paths, each once, as absolute paths in a stable order.

    A file that is named is taken even if it is excluded, unless `force_exclude`, or the settings of its folder, say
    otherwise; so is a folder.
    """
    walk = _Walk(resolver)
    found: dict[Path, Settings] = {}
    for path in paths:
        absolute = Path(os.path.abspath(path))
        if not absolute.exists():
            raise MissingPath(f"{path}: no such file or folder")
        is_forced = force_exclude or resolver.for_folder(absolute.parent).force_exclude
        if is_forced and walk.leaves_out(absolute):
            continue
        if absolute.is_dir():
            for file in walk.files_under(absolute):
                found[file] = resolver.for_folder(file.parent)
        else:
            found[absolute] = resolver.for_folder(absolute.parent)
    return Selection({file: found[file] for file in sorted(found)}, tuple(walk.unreadable))


def is_left_out(path: Path, resolver: SettingsResolver, *, top: Path | None = None) -> bool:
    """Says whether a walk from `top`, or the root of its project, would pass by a file, which need not exist."""
    return _Walk(resolver).leaves_out(Path(os.path.abspath(path)), top)


@dataclass(slots=True)
class _Walk:
    resolver: SettingsResolver
    unreadable: list[str] = field(default_factory=list)
    _rules: dict[Path, _FolderRules] = field(default_factory=dict)

    def files_under(self, top: Path) -> Iterator[Path]:
        pending = [top]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(folder) as entries:
                    names = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.unreadable.append(f"{folder}: {error.strerror}")
                continue
            for entry in names:
                if entry.is_dir(follow_symlinks=False):
                    if not self._leaves_out_entry(Path(entry.path), is_folder=True):
                        pending.append(Path(entry.path))
                    continue
                is_python = entry.name.endswith(SUFFIXES) and entry.is_file(follow_symlinks=False)
                if is_python and not self._leaves_out_entry(Path(entry.path), is_folder=False):
                    yield Path(entry.path)

    def leaves_out(self, path: Path, top: Path | None = None) -> bool:
        """Judges a path with the folders it lies in, down from `top`, or from its repository or its settings file."""
        top = top or self._rules_of(path.parent).top or self.resolver.for_folder(path.parent).root
        above = [parent for parent in reversed(path.parents) if parent != top and parent.is_relative_to(top)]
        return any(self._leaves_out_entry(folder, is_folder=True) for folder in above) or self._leaves_out_entry(
            path, is_folder=path.is_dir()
        )

    def _leaves_out_entry(self, path: Path, *, is_folder: bool) -> bool:
        settings = self.resolver.for_folder(path.parent)
        if settings.excludes(path, is_folder=is_folder):
            return True
        return settings.respect_gitignore and self._rules_of(path.parent).ignore(path, is_folder)

    def _rules_of(self, folder: Path) -> _FolderRules:
        if folder not in self._rules:
            is_top = (folder / ".git").exists() or folder.parent == folder
            self._rules[folder] = _FolderRules(folder, None if is_top else self._rules_of(folder.parent))
        return self._rules[folder]


@dataclass(frozen=True)
class _FolderRules:
    """The ignore files of one folder, with those of the folders above it up to the root of its repository."""

    folder: Path
    parent: _FolderRules | None

    def ignore(self, path: Path, is_folder: bool) -> bool:
        return self._decide(path, is_folder) or False

    @cached_property
    def top(self) -> Path | None:
        """The root of the repository, if the folder lies in one."""
        if (self.folder / ".git").exists():
            return self.folder
        return self.parent.top if self.parent else None

    def _decide(self, path: Path, is_folder: bool) -> bool | None:
        for spec in self._specs:
            relative = path.relative_to(self.folder).as_posix() + ("/" if is_folder else "")
            decision = spec.check_file(relative).include
            if decision is not None:
                return decision
        return self.parent._decide(path, is_folder) if self.parent else None

    @cached_property
    def _specs(self) -> tuple[GitIgnoreSpec, ...]:
        """The folder's own rules, those that win first."""
        files = [self.folder / ".ignore", self.folder / ".gitignore"]
        if self.top == self.folder:
            files.append(_common_git_folder(self.folder / ".git") / "info" / "exclude")
        return tuple(spec for file in files if (spec := _read_spec(file)))


def _read_spec(file: Path) -> GitIgnoreSpec | None:
    try:
        # Git follows no link here either; and a link may lead to a device, which has no end.
        if file.is_symlink() or not file.is_file():
            return None
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def _common_git_folder(git: Path) -> Path:
    """Finds the shared Git folder; in a work tree of its own, or a submodule, `.git` is a file that points to it."""
    try:
        target = git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
    except (OSError, UnicodeDecodeError):
        return git
    folder = git.parent / target
    try:
        return folder / (folder / "commondir").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return folder
