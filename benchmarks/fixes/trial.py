"""Fixes a copy of one repository, rule by rule and then with all rules together, and checks the result."""

from __future__ import annotations

import shutil
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from asyncdb_lint import runner
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.files import find_files
from asyncdb_lint.fixes import is_wanted
from asyncdb_lint.settings import RuleSelection, Settings, SettingsResolver

ALL = "ALL"
"""The name of the run in which the fixes of all rules meet."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the fixes of one rule, or of all, did to one repository."""

    repository: str
    rule: str
    offered: int
    applied: int
    skipped: tuple[str, ...]
    """Fixes that were offered and given up, and why."""
    changed: int
    """How many files changed."""
    unparsable: tuple[str, ...]
    """Changed files that LibCST or this interpreter reads no more."""
    unstable: tuple[str, ...]
    """Files that a second run changes again."""
    new: tuple[str, ...]
    """Rule and file of findings, of any rule, that were not there before."""
    left: tuple[str, ...]
    """Findings whose fix was applied, and which are there still."""

    @property
    def is_sound(self) -> bool:
        """Whether the fixes did what they promise."""
        return not (self.unparsable or self.unstable or self.new or self.left)


def trials(repository: Path, copy: Path, only: Sequence[str] = ()) -> Iterator[Trial]:
    """Tries all fixes of a repository on fresh copies of its Python files; the repository is never written to."""
    files = _copied(repository, copy)
    before = runner.lint(dict.fromkeys(files, _settings(ALL)))
    offered = Counter(d.code for d in before.diagnostics if d.fix and is_wanted(d.fix, unsafe=True))
    for rule in sorted(code for code in offered if not only or code in only):
        yield _trial(repository.name, rule, copy, files, before.diagnostics, offered[rule])
        _restore(repository, copy, files)
    if offered and not only:
        yield _trial(repository.name, ALL, copy, files, before.diagnostics, offered.total())


def _trial(
    name: str, rule: str, copy: Path, files: Sequence[Path], before: Sequence[Diagnostic], offered: int
) -> Trial:
    settings = dict.fromkeys(files, _settings(rule))
    run = runner.fix(settings, unsafe=True, for_writing=True)
    problems = [*run.untouchable, *map(str, runner.write(run))]
    changed = sorted(run.after)
    again = runner.fix(settings, unsafe=True)
    after = runner.lint(dict.fromkeys(files, _settings(ALL))).diagnostics
    skipped = [f"{skip.diagnostic.code} {_place(copy, skip.diagnostic)}: {skip.reason}" for skip in run.skipped]
    return Trial(
        repository=name,
        rule=rule,
        offered=offered,
        applied=run.fixed,
        skipped=(*skipped, *problems),
        changed=len(changed),
        unparsable=tuple(path.relative_to(copy).as_posix() for path in changed if not _reads(path, run.before[path])),
        unstable=tuple(path.relative_to(copy).as_posix() for path in sorted(again.after)),
        new=_new(copy, before, after),
        left=tuple(f"{d.code} {_place(copy, d)}" for d in again.applied),
    )


def _new(copy: Path, before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> tuple[str, ...]:
    more = _by_file(after) - _by_file(before)
    texts: list[str] = []
    known = Counter((d.code, d.path, d.message) for d in before)
    for code, path in sorted(more):
        told = [d for d in after if (d.code, d.path) == (code, path) and not known[code, path, d.message]]
        texts += [f"{code} {_place(copy, d)}: {d.message}" for d in told] or [f"{code} {path.relative_to(copy)}"]
    return tuple(texts)


def _by_file(diagnostics: Sequence[Diagnostic]) -> Counter[tuple[str, Path]]:
    return Counter((d.code, d.path) for d in diagnostics)


def _place(copy: Path, diagnostic: Diagnostic) -> str:
    return f"{diagnostic.path.relative_to(copy).as_posix()}:{diagnostic.range.start.line}"


def _reads(path: Path, before: str) -> bool:
    data = path.read_bytes()
    try:
        cst.parse_module(data)
    except cst.ParserSyntaxError:
        return False
    # A grammar newer than this interpreter's was unreadable to it before, too.
    return _compiles(data) or not _compiles(before)


def _compiles(source: bytes | str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<fixed>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def _settings(rule: str) -> Settings:
    return Settings(selections=(RuleSelection(select=(rule,)),))


def _copied(repository: Path, copy: Path) -> list[Path]:
    """Copies what the linter reads; an empty `.git` makes the copy a project of its own."""
    (copy / ".git").mkdir(parents=True)
    names = [path for path in repository.rglob("*") if _matters(path.relative_to(repository)) and path.is_file()]
    for source in names:
        target = copy / source.relative_to(repository)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return list(find_files([copy], SettingsResolver(fixed=Settings())).files)


def _matters(path: Path) -> bool:
    return ".git" not in path.parts and path.suffix in {".py", ".pyi", ".toml", ".cfg", ".txt", ".ini"}


def _restore(repository: Path, copy: Path, files: Sequence[Path]) -> None:
    for file in files:
        original = (repository / file.relative_to(copy)).read_bytes()
        if file.read_bytes() != original:
            file.write_bytes(original)


def totals(found: Sequence[Trial]) -> Mapping[str, Sequence[Trial]]:
    """The trials of each rule, in order, with those of all rules together at the end."""
    rules = sorted({trial.rule for trial in found}, key=lambda rule: (rule == ALL, rule))
    return {rule: [trial for trial in found if trial.rule == rule] for rule in rules}
