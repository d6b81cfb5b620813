"""Many modules: finds the project around the files to lint, links its modules, and asks the engine about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .parsing import UnparsableFile, check_text, decode
from .screen import relevant
from .session import Session
from .suppressions.presence import may_hold

if TYPE_CHECKING:
    from .diagnostics import Diagnostic
    from .settings import Settings


@dataclass(frozen=True, slots=True)
class LintResult:
    """What linting found: diagnostics in order, how many files were looked at, and the text of those with findings."""

    diagnostics: tuple[Diagnostic, ...]
    files: int
    sources: Mapping[Path, str] = field(default_factory=dict)


def lint_files(
    files: Sequence[Path],
    *,
    settings: Settings,
    overrides: Mapping[Path, bytes] | None = None,
    session: Session | None = None,
) -> LintResult:
    """Lints files with the knowledge of the whole project around them.

    `overrides` are contents that count instead of what is on disk, for unsaved files and standard input. A `session`
    keeps for the next run what stays as it is; the findings are the same.
    """
    unsaved = overrides or {}
    session = session or Session()
    contents, diagnostics = _read([*files, *session.surroundings.of(files)], set(files), unsaved, session)
    wanted = [file for file in dict.fromkeys(files) if file in contents]
    matters = relevant(contents, settings.database_types, session.signs)
    texts: Mapping[Path, str] = {}
    unparsable: dict[Path, UnparsableFile] = {}
    if matters:
        linked = session.linked(contents, matters, settings)
        for file in wanted:
            diagnostics.extend(linked.findings(file))
        texts = linked.texts
        # Some of them do not matter by themselves and were only looked at since others import from them.
        unparsable.update({file: linked.unparsable[file] for file in wanted if file in linked.unparsable})
    reports_syntax = settings.enables("ADB001")
    for file in wanted:
        if file not in matters and file not in unparsable and reports_syntax:
            session.checkpoint()
            problem = session.syntax(file, contents[file])
            if problem is not None:
                unparsable[file] = problem
    diagnostics.extend(_unparsable(file, problem) for file, problem in unparsable.items())
    if not reports_syntax:
        diagnostics = [diagnostic for diagnostic in diagnostics if diagnostic.code != "ADB001"]
    diagnostics = [
        item for item in diagnostics if not (item.code == "ADB001" and settings.ignores_in(item.path, "ADB001"))
    ]
    diagnostics = [settings.judged(item) for item in _with_suppressions(wanted, contents, texts, diagnostics, settings)]
    diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key)
    return LintResult(tuple(diagnostics), len(set(files)), _texts(diagnostics, contents, texts))


def _with_suppressions(
    wanted: Sequence[Path],
    contents: Mapping[Path, bytes],
    known: Mapping[Path, str],
    diagnostics: list[Diagnostic],
    settings: Settings,
) -> list[Diagnostic]:
    """Drops what ignore comments hide and adds what is wrong with them; files without such comments are not read."""
    by_file: dict[Path, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        by_file.setdefault(diagnostic.path, []).append(diagnostic)
    for path in wanted:
        found = by_file.get(path, [])
        if not may_hold(contents[path], has_findings=bool(found)):
            continue
        # Imported here, as for linking: most runs have nothing to suppress.
        from .engine import with_suppressions

        is_parsed = path in known
        text = known.get(path)
        if text is None:
            try:
                text = decode(contents[path])[0]
            except UnparsableFile:
                continue
            is_parsed = check_text(text) is None
        by_file[path] = with_suppressions(path, text, found, settings, is_parsed=is_parsed)
    return [diagnostic for found in by_file.values() for diagnostic in found]


def _read(
    files: Iterable[Path], wanted: set[Path], unsaved: Mapping[Path, bytes], session: Session
) -> tuple[dict[Path, bytes], list[Diagnostic]]:
    contents: dict[Path, bytes] = {}
    problems: list[Diagnostic] = []
    for file in files:
        if file in contents:
            continue
        if file in unsaved:
            contents[file] = unsaved[file]
            continue
        try:
            contents[file] = session.read(file)
        except OSError as error:
            if file in wanted and not any(problem.path == file for problem in problems):
                reason = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
                problems.append(_unparsable(file, UnparsableFile(reason)))
    return contents, problems


def _unparsable(path: Path, problem: UnparsableFile) -> Diagnostic:
    from .engine import syntax_diagnostic

    return syntax_diagnostic(path, problem)


def _texts(
    diagnostics: Sequence[Diagnostic], contents: Mapping[Path, bytes], known: Mapping[Path, str]
) -> dict[Path, str]:
    """The text of every file that a diagnostic shows or a fix changes, as far as it can be read."""
    shown = {diagnostic.path for diagnostic in diagnostics}
    shown.update(place.path for diagnostic in diagnostics for place in diagnostic.related)
    shown.update(edit.path for diagnostic in diagnostics if diagnostic.fix for edit in diagnostic.fix.edits)
    texts: dict[Path, str] = {}
    for path in shown:
        if path in known:
            texts[path] = known[path]
        elif path in contents:
            try:
                texts[path] = decode(contents[path])[0]
            except UnparsableFile:
                texts[path] = contents[path].decode("utf-8", "replace")
    return texts
