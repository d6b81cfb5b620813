"""The resolved settings of a folder: data that travels to workers and serves as a key."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdb_lint.severity import Applicability, Severity

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Diagnostic

DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
_DEFAULT_NAMES = frozenset(DEFAULT_EXCLUDES)
_WEIGHT = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}

OptionValue = bool | int | str
"""What an option of a rule can be."""


class SettingsError(Exception):
    """A setting that cannot be honoured; the message is one line, with file and line where there is one."""


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """One layer of choices; a `select` starts afresh, everything else refines what stood before."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def decide(self, code: str, before: bool) -> bool:
        """Says whether a rule is on after this layer: the most specific prefix wins, and `ignore` wins a tie."""
        chosen = specificity(code, (*(self.select or ()), *self.extend_select))
        ignored = specificity(code, self.ignore)
        if chosen < 0 and ignored < 0:
            return before and self.select is None
        return chosen > ignored


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved settings of the files in one folder.

    >>> Settings(selections=(RuleSelection(select=("ADB1",)),)).enables("ADB401")
    False
    """

    root: Path = field(default_factory=Path.cwd)
    """The folder that patterns and folders are relative to."""
    file: Path | None = None
    """The file these settings come from."""
    selections: tuple[RuleSelection, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    """Severities by code prefix."""
    fail_on: Severity = Severity.WARNING
    baseline: str | None = None
    """The file of known findings, below `root`."""
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    unfixable: tuple[str, ...] = ()
    require_suppression_reason: bool = False
    exclude: tuple[str, ...] = DEFAULT_EXCLUDES
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    src: tuple[str, ...] = ()
    database_types: tuple[str, ...] = ()
    target_python: tuple[int, int] | None = None
    """The oldest Python the code runs on, if the settings say so themselves."""
    plugins: tuple[str, ...] = ()
    """The prefixes of the codes of further rules, which installed packages bring."""
    rules: tuple[tuple[str, tuple[tuple[str, OptionValue], ...]], ...] = ()
    """Options by the code of their rule."""

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders that absolute imports start from, before all others."""
        return tuple(self.root / folder for folder in self.src)

    def enables(self, code: str, *, default: bool = True) -> bool:
        """Says whether a rule is on in this project; `default` is what it is when nobody mentions it."""
        enabled = default
        for selection in self.selections:
            enabled = selection.decide(code, enabled)
        return enabled

    def ignores_in(self, path: Path, code: str) -> bool:
        """Says whether `per-file-ignores` turns a rule off for one file."""
        return any(
            specificity(code, codes) >= 0 and _matches_file(pattern, self._relative(path))
            for pattern, codes in self.per_file_ignores
        )

    def excludes(self, path: Path, *, is_folder: bool = False) -> bool:
        """Says whether a file or folder is left out by `exclude` and `extend-exclude`, by itself, not by a parent."""
        return self.excluding(str(path.parent))(path.name, is_folder)

    def excluding(self, folder: str) -> Callable[[str, bool], bool]:
        """Says the same of what lies in one folder, by its name and whether it is a folder itself."""
        if self.exclude is DEFAULT_EXCLUDES and not self.extend_exclude:
            return _is_excluded_by_default
        names = frozenset(self.exclude)
        from asyncdb_lint.ignoring import patterns

        lines = patterns((*self.exclude, *self.extend_exclude))
        inside = self._relative(folder)
        start = "" if inside == "." else f"{inside}/"
        return lambda name, is_folder: name in names or lines.decide(f"{start}{name}{'/' if is_folder else ''}") is True

    def selecting(self, selection: RuleSelection) -> Settings:
        """Puts one more layer of choices, such as the command line's, on top."""
        return replace(self, selections=(*self.selections, selection))

    def options_of(self, code: str) -> dict[str, OptionValue]:
        """The options that these settings give a rule."""
        return dict(next((options for rule, options in self.rules if rule == code), ()))

    def severity_of(self, code: str, own: Severity) -> Severity:
        """The severity of a rule's findings, which have their own unless these settings say otherwise."""
        said = [(specificity(code, (prefix,)), severity) for prefix, severity in self.severity]
        closest, severity = max(said, key=lambda entry: entry[0], default=(-1, own))
        return severity if closest >= 0 else own

    def judged(self, diagnostic: Diagnostic) -> Diagnostic:
        """A finding with the severity and the applicability that these settings give it."""
        code = diagnostic.code
        severity = self.severity_of(code, diagnostic.severity)
        if severity is not diagnostic.severity:
            diagnostic = replace(diagnostic, severity=severity)
        if diagnostic.fix is not None:
            applicability = self._applicability(code, diagnostic.fix.applicability)
            if applicability is not diagnostic.fix.applicability:
                diagnostic = replace(diagnostic, fix=replace(diagnostic.fix, applicability=applicability))
        return diagnostic

    def fails(self, diagnostic: Diagnostic) -> bool:
        """Says whether a finding is one that makes a run fail."""
        return _WEIGHT[diagnostic.severity] >= _WEIGHT[self.fail_on]

    def _applicability(self, code: str, own: Applicability) -> Applicability:
        if own is Applicability.DISPLAY or specificity(code, self.unfixable) >= 0:
            return Applicability.DISPLAY
        safe, unsafe = specificity(code, self.extend_safe_fixes), specificity(code, self.extend_unsafe_fixes)
        if safe == unsafe == -1:
            return own
        return Applicability.SAFE if safe > unsafe else Applicability.UNSAFE

    def _relative(self, path: Path | str) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()


def _is_excluded_by_default(name: str, is_folder: bool) -> bool:
    return name in _DEFAULT_NAMES


def specificity(code: str, prefixes: Iterable[str]) -> int:
    """Measures the longest prefix that names a rule: -1 for none, 0 for `ALL`."""
    return max((0 if p == "ALL" else len(p) for p in prefixes if p == "ALL" or code.startswith(p)), default=-1)


def _matches_file(pattern: str, relative: str) -> bool:
    from asyncdb_lint.ignoring import patterns

    if pattern.startswith("!"):
        return not patterns((pattern[1:],)).decide(relative)
    return patterns((pattern,)).decide(relative) is True
