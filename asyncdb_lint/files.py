"""Which files are linted: the walk, ignore files and excludes.

Folders that are left out are never entered, the order is that of the sorted names, and links met on the way are not
followed, so a loop of links is no loop here. Ignore files are read as Git reads them: the deeper one wins, in one
file the later line wins, and in one folder `.ignore` goes before `.gitignore`, then `.git/info/exclude`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncdb_lint.settings.looking import FILE_NAMES, REPOSITORIES
from asyncdb_lint.settings.model import DEFAULT_EXCLUDES

if TYPE_CHECKING:
    from asyncdb_lint.ignoring import Patterns
    from asyncdb_lint.settings import Settings, SettingsResolver

    Judge = Callable[[str, bool], bool]
    """Says of an entry of one folder, by its name and whether it is a folder itself, whether it is left out."""

SUFFIXES = (".py", ".pyi")
NOTEBOOK_SUFFIX = ".ipynb"
ROOT_MARKERS = (*FILE_NAMES, "setup.py", "setup.cfg")
IGNORE_FILES = (".ignore", ".gitignore")
LANDMARKS = frozenset({*REPOSITORIES, *ROOT_MARKERS, *IGNORE_FILES})
"""Entries by which a folder differs from the one above: settings, ignore files, the root of a project."""


class MissingPath(Exception):
    """A path that was asked for and does not exist; the message is one line."""


class Selection(NamedTuple):
    """The files to lint with their settings, and the folders that could not be read."""

    files: dict[Path, Settings]
    unreadable: tuple[str, ...]
    seen: Seen


class Seen(NamedTuple):
    """What a walk has come by, for those who would have to look again."""

    landmarks: dict[str, frozenset[str]]
    """For each folder, which of its entries say what kind of folder it is."""
    trees: dict[Path, tuple[Path, ...]]
    """The files below each folder that was asked for, where no settings leave out more than the defaults do."""

    def files_below(self, folder: Path) -> tuple[Path, ...] | None:
        """All files below a folder that the defaults do not leave out; None where the walk has not come by them all."""
        if str(folder) in self.landmarks:
            start = _inside(str(folder))
            for top, files in self.trees.items():
                if folder == top:
                    return files
                if folder.is_relative_to(top):
                    return tuple(file for file in files if str(file).startswith(start))
        return None


def find_files(paths: Sequence[Path], resolver: SettingsResolver, *, force_exclude: bool = False) -> Selection:
    """Finds the Python files under some paths, each once, as absolute paths in a stable order.

    A file that is named is taken even if it is excluded, unless `force_exclude`, or the settings of its folder, say
    otherwise; so is a folder.
    """
    walk = _Walk(resolver)
    found: dict[Path, Settings] = {}
    trees: dict[Path, tuple[Path, ...]] = {}
    for path in paths:
        absolute = Path(os.path.abspath(path))
        if not absolute.exists():
            raise MissingPath(f"{path}: no such file or folder")
        is_forced = force_exclude or resolver.for_folder(absolute.parent).force_exclude
        if is_forced and walk.leaves_out(absolute):
            continue
        if absolute.is_dir():
            below = dict(walk.files_under(absolute))
            found.update(below)
            if all(map(has_default_excludes, dict.fromkeys(walk.settings_met))):
                trees[absolute] = tuple(below)
        else:
            found[absolute] = resolver.for_folder(absolute.parent)
    if len(paths) > 1:
        found = {file: found[file] for file in sorted(found)}
    return Selection(found, tuple(walk.unreadable), Seen(walk.landmarks, trees))


def has_default_excludes(settings: Settings) -> bool:
    """Whether settings leave out what the defaults leave out, and what ignore files name."""
    return settings.exclude == DEFAULT_EXCLUDES and not settings.extend_exclude and settings.respect_gitignore


def is_left_out(path: Path, resolver: SettingsResolver, *, top: Path | None = None) -> bool:
    """Says whether a walk from `top`, or the root of its project, would pass by a file, which need not exist."""
    return _Walk(resolver).leaves_out(Path(os.path.abspath(path)), top)


class _Walk:
    """Goes through folders; what holds for a folder is worked out once for all that lies in it."""

    def __init__(self, resolver: SettingsResolver) -> None:
        self.resolver = resolver
        self.unreadable: list[str] = []
        self.landmarks: dict[str, frozenset[str]] = {}
        self.settings_met: list[Settings] = []
        self._rules: dict[Path, _Rules] = {}

    def files_under(self, top: Path) -> Iterator[tuple[Path, Settings]]:
        """All files in the order of their paths: a folder comes where its name stands among its neighbours."""
        pending: list[tuple[str, _Inherited | None, Settings | None]] = [(str(top), None, None)]
        while pending:
            path, above, settings = pending.pop()
            if settings is not None:
                yield Path(path), settings
            else:
                pending.extend(self._entries(path, above))

    def leaves_out(self, path: Path, top: Path | None = None) -> bool:
        """Judges a path with the folders it lies in, down from `top`, or from its repository or its settings file."""
        top = top or self._rules_of(path.parent).top or self.resolver.for_folder(path.parent).root
        above = [parent for parent in reversed(path.parents) if parent != top and parent.is_relative_to(top)]
        return any(self._leaves_out(folder, is_folder=True) for folder in above) or self._leaves_out(
            path, is_folder=path.is_dir()
        )

    def _leaves_out(self, path: Path, *, is_folder: bool) -> bool:
        return self._judge(str(path.parent), self._in(path.parent, None))(path.name, is_folder)

    def _entries(self, folder: str, above: _Inherited | None) -> list[tuple[str, _Inherited | None, Settings | None]]:
        """What is to be entered, and with its settings what is to be linted, the last first."""
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except OSError as error:
            self.unreadable.append(f"{folder}: {error.strerror}")
            return []
        names = {entry.name for entry in listed}
        landmarks = self.landmarks[folder] = LANDMARKS & names
        # Most folders hold nothing that sets them apart from the folder above.
        own = self._in(Path(folder), names) if above is None or landmarks else above
        leaves_out = self._judge(folder, own)
        kept: list[tuple[str, str, _Inherited | None, Settings | None]] = []
        for entry in listed:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if not leaves_out(name, True):
                    kept.append((name, entry.path, own, None))
            elif name.endswith(SUFFIXES) and entry.is_file(follow_symlinks=False) and not leaves_out(name, False):
                kept.append((name, entry.path, None, own.settings))
        kept.sort(key=lambda item: item[0], reverse=True)
        return [item[1:] for item in kept]

    def _in(self, folder: Path, names: Collection[str] | None) -> _Inherited:
        """What holds in a folder; `names` are its entries, where they are known."""
        settings = self.resolver.for_folder(folder, names)
        self.settings_met.append(settings)
        return _Inherited(settings, self._rules_of(folder, names) if settings.respect_gitignore else None)

    def _judge(self, folder: str, inherited: _Inherited) -> Judge:
        """Judges what lies in a folder."""
        is_excluded = inherited.settings.excluding(folder)
        rules = inherited.rules
        if rules is None or not rules.layers:
            return is_excluded
        start = _inside(folder)
        return lambda name, is_folder: is_excluded(name, is_folder) or rules.ignore(start + name, is_folder)

    def _rules_of(self, folder: Path, names: Collection[str] | None = None) -> _Rules:
        known = self._rules.get(folder)
        if known is None:
            known = self._rules[folder] = self._read_rules(folder, names)
        return known

    def _read_rules(self, folder: Path, names: Collection[str] | None) -> _Rules:
        from asyncdb_lint.ignoring import read_patterns

        files = [folder / name for name in IGNORE_FILES if names is None or name in names]
        is_top = (names is None or ".git" in names) and (folder / ".git").exists()
        if is_top:
            files.append(exclude_file(folder))
        above = None if is_top or folder.parent == folder else self._rules_of(folder.parent)
        own = [patterns for file in files if (patterns := read_patterns(file)) is not None]
        if above is not None and not own:
            return above
        layers = tuple((len(_inside(str(folder))), patterns) for patterns in own)
        if above is None:
            return _Rules(folder if is_top else None, layers)
        return _Rules(above.top, (*layers, *above.layers))


class _Inherited(NamedTuple):
    """What holds in a folder, and in those below it that say nothing else."""

    settings: Settings
    rules: _Rules | None


class _Rules(NamedTuple):
    """The ignore files that hold in a folder: its own, and those of the folders above it within its repository."""

    top: Path | None
    """The root of the repository, if the folder lies in one."""
    layers: tuple[tuple[int, Patterns], ...]
    """The patterns of each file, those that win first, and where paths begin that they are relative to."""

    def ignore(self, path: str, is_folder: bool) -> bool:
        """Says whether they leave out a path."""
        whole = path.replace(os.sep, "/") + ("/" if is_folder else "")
        for start, patterns in self.layers:
            decision = patterns.decide(whole[start:])
            if decision is not None:
                return decision
        return False


def _inside(folder: str) -> str:
    return folder if folder.endswith(os.sep) else f"{folder}{os.sep}"


def folders_above(paths: Iterable[str]) -> set[str]:
    """The folders that paths lie in, up to the root."""
    found: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)  # noqa: PTH120 - asked of all files of a project
        while folder not in found:
            found.add(folder)
            folder = os.path.dirname(folder)  # noqa: PTH120
    return found


def exclude_file(folder: Path) -> Path:
    """Where Git keeps the patterns of one copy of a repository that has its root in a folder."""
    return _common_git_folder(folder / ".git") / "info" / "exclude"


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
