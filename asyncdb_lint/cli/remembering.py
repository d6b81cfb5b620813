"""Runs that were asked the same before: what the question is, what its answer hangs on, and what is kept of it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncdb_lint.last_run import LastRun, can_answer, surroundings

if TYPE_CHECKING:
    from asyncdb_lint.cli.check_options import CheckOptions
    from asyncdb_lint.diagnostics import Diagnostic
    from asyncdb_lint.files import Selection
    from asyncdb_lint.report.findings import Report
    from asyncdb_lint.settings import SettingsResolver
    from asyncdb_lint.surroundings import LookedAt, Surroundings


_FOR_PEOPLE = ("full", "concise")


def last_run(paths: Sequence[Path], asked: CheckOptions, rules: Iterable[object]) -> LastRun | None:
    """The last run over some paths; None where the answer hangs on more than files, or the run does more than look.

    `rules` are the options that say what is found.
    """
    is_plain = not (asked.rewrites or asked.verbose or asked.show_files or asked.show_settings)
    has_gate = asked.since is not None or asked.baseline is not None
    keeps = not (asked.no_cache or asked.timing) and can_answer()
    if not (is_plain and keeps) or has_gate or any(output.file for output in asked.outputs):
        return None
    # Files are named by hooks, and those have just changed.
    if not any(os.path.isdir(path) for path in paths):  # noqa: PTH112
        return None
    from asyncdb_lint.installation import cache_folder, linter_text

    question = [linter_text(), *surroundings(), repr(list(rules)), *map(str, paths)]
    folder = str(asked.cache_dir) if asked.cache_dir else cache_folder()
    return LastRun(folder, "\0".join(question).encode("utf-8", "surrogatepass"))


def answered(last: LastRun) -> Any:
    """What the last run has answered, if it would answer the same now; else None."""
    kept = last.answer()
    return json.loads(kept) if kept is not None else None


def keep_words(last: LastRun, report: Report, asked: CheckOptions, arguments: Sequence[str]) -> None:
    """Keeps what is printed at the end of a run that found nothing, if it is a line or two for whoever reads it."""
    from asyncdb_lint.last_words import LastWords

    output, *others = asked.outputs
    if report.diagnostics or others or asked.statistics or output.format not in _FOR_PEOPLE:
        return
    words = LastWords.of(arguments)
    if words is not None:
        from asyncdb_lint.report.outputs import render, write_stream

        text = io.StringIO()
        write_stream(render(output.format, report), text)
        words.keep(last, _answer(report, fails=False), text.getvalue())


def keep(
    last: LastRun,
    selection: Selection,
    resolver: SettingsResolver,
    surroundings: Surroundings,
    report: Report,
    *,
    fails: bool,
) -> bool:
    """Keeps what a run has found, if all that it hangs on is known, and says whether it is."""
    has_plugins = any(settings.plugins for settings in dict.fromkeys(selection.files.values()))
    around = surroundings.looked_at()
    if around is None or selection.unreadable or has_plugins or not selection.files:
        return False
    last.keep(_watched(selection, resolver, around), _answer(report, fails=fails))
    return True


def _answer(report: Report, *, fails: bool) -> bytes:
    findings: list[list[Any]] = []
    if report.diagnostics:
        from asyncdb_lint.stored_findings import stored

        findings = [stored(item) for item in report.diagnostics]
    answer = {"files": report.checked, "fails": fails, "findings": findings}
    return json.dumps(answer, separators=(",", ":")).encode("utf-8", "surrogatepass")


def kept_report(answer: Any, asked: CheckOptions) -> Report:
    """What there was to say at the end of a run."""
    from asyncdb_lint.report.findings import Report

    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[Path, str] = {}
    if answer["findings"]:
        from asyncdb_lint.project import texts_of
        from asyncdb_lint.session import Session
        from asyncdb_lint.stored_findings import restored

        diagnostics = tuple(map(restored, answer["findings"]))
        sources = texts_of(diagnostics, {}, Session())
    return Report(diagnostics, sources, checked=answer["files"], unsafe=asked.unsafe, is_quiet=asked.quiet)


def _watched(selection: Selection, resolver: SettingsResolver, around: LookedAt) -> Iterator[str]:
    """All files and folders that a run has looked at, and those that it would have, had they been there."""
    from asyncdb_lint.files import exclude_file, folders_above
    from asyncdb_lint.surroundings import SIGNS_OF_A_PROJECT

    yield from map(str, selection.files)
    yield from map(str, around.files)
    yield from map(str, resolver.read)
    folders = {**around.landmarks, **selection.seen.landmarks}
    for folder, names in folders.items():
        yield folder
        for name in names:
            yield f"{folder}/{name}"
    outside = {os.path.dirname(folder) for folder in folders}  # noqa: PTH120 - as many as there are folders
    outside.update(os.path.dirname(file) for file in map(str, selection.files))  # noqa: PTH120
    outside -= folders.keys()
    above = outside | folders_above(outside)
    for folder in above:
        for name in SIGNS_OF_A_PROJECT:
            yield f"{folder}/{name}"
    for folder in (*above, *(folder for folder, names in folders.items() if ".git" in names)):
        yield str(exclude_file(Path(folder)))
