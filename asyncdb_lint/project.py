"""Many modules: finds the project around the files to lint, links its modules, and asks the engine about each."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .diagnostics import Diagnostic, Position
from .files import SUFFIXES, find_files
from .parsing import UnparsableFile, check_syntax, check_text, decode, parse
from .screen import relevant
from .settings import FILE_NAMES, Settings, SettingsResolver
from .suppressions import may_hold

_ROOT_SIGNS = ("requirements.txt", "Pipfile", "tox.ini", "alembic.ini", "Dockerfile", "README.md", "README.rst")
_MOST_LEVELS = 6
_ROOT_MARKERS = (".git", *FILE_NAMES, "setup.py", "setup.cfg", ".hg")


@dataclass(frozen=True, slots=True)
class LintResult:
    """What linting found: diagnostics in order, how many files were looked at, and the text of those with findings."""

    diagnostics: tuple[Diagnostic, ...]
    files: int
    sources: Mapping[Path, str] = field(default_factory=dict)


def lint_files(
    files: Sequence[Path], *, settings: Settings, overrides: Mapping[Path, bytes] | None = None
) -> LintResult:
    """Lints files with the knowledge of the whole project around them.

    `overrides` are contents that count instead of what is on disk, for unsaved files and standard input.
    """
    unsaved = overrides or {}
    contents, diagnostics = _read([*files, *_around(files)], set(files), unsaved)
    wanted = [file for file in dict.fromkeys(files) if file in contents]
    matters = relevant(contents, settings.database_types)
    texts: dict[Path, str] = {}
    if matters:
        linked = _link(contents, matters, wanted, settings)
        diagnostics.extend(linked.diagnostics)
        texts.update(linked.texts)
    reports_syntax = settings.enables("ADB001")
    for file in wanted:
        if file not in matters and reports_syntax:
            problem = check_syntax(file, contents[file])
            if problem is not None:
                diagnostics.append(_unparsable(file, problem))
    if not reports_syntax:
        diagnostics = [diagnostic for diagnostic in diagnostics if diagnostic.code != "ADB001"]
    diagnostics = [
        item for item in diagnostics if not (item.code == "ADB001" and settings.ignores_in(item.path, "ADB001"))
    ]
    diagnostics = [settings.judged(item) for item in _with_suppressions(wanted, contents, texts, diagnostics, settings)]
    diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key)
    return LintResult(tuple(diagnostics), len(set(files)), _texts(diagnostics, contents, texts))


@dataclass(slots=True)
class _Linked:
    diagnostics: list[Diagnostic] = field(default_factory=list)
    texts: dict[Path, str] = field(default_factory=dict)


def _link(contents: Mapping[Path, bytes], matters: set[Path], wanted: Sequence[Path], settings: Settings) -> _Linked:
    """Walks every module that matters and asks the rules about the wanted ones."""
    # Imported here: a run in which nothing matters must not pay for LibCST.
    from .engine import check_module, enabled_rules
    from .semantics.facts import ModuleFacts
    from .semantics.flow import walk_module
    from .semantics.hints import Hints
    from .semantics.linking import ModuleIndex, is_stub
    from .semantics.project_facts import ProjectFacts
    from .semantics.records import ModuleRecord
    from .semantics.resolve import Resolver
    from .semantics.stubs import stub_record

    linked = _Linked()
    records: dict[Path, ModuleRecord | None] = {}
    asked = set(wanted)

    def load(path: Path) -> ModuleRecord | None:
        if path not in records:
            if is_stub(path) and path not in contents:
                records[path] = stub_record(path)
                return records[path]
            records[path] = None
            try:
                parsed = parse(path, contents[path] if path in contents else path.read_bytes())
            except UnparsableFile as problem:
                if path in asked:
                    linked.diagnostics.append(_unparsable(path, problem))
                return None
            linked.texts[path] = parsed.text
            records[path] = walk_module(ModuleRecord(path, parsed, is_stub=is_stub(path)))
        return records[path]

    roots = tuple(settings.root / folder for folder in settings.src)
    hints = Hints(settings.database_types, roots, settings.target_python)
    index = ModuleIndex(contents, load, hints.roots)
    modules = [record for path in sorted(matters) if (record := load(path)) is not None]
    facts = ProjectFacts(Resolver(modules, index, _CallsOutOfSight(contents, matters), hints))
    rules = enabled_rules(settings)
    for module in modules:
        if module.path in asked and not module.is_stub:
            linked.diagnostics.extend(check_module(ModuleFacts(module, facts), rules, settings))
    return linked


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


class _CallsOutOfSight:
    """Looks for calls by name in files that were screened out; asked before a finding that such a call would undo."""

    def __init__(self, contents: Mapping[Path, bytes], matters: set[Path]) -> None:
        self._rest = [data for path, data in contents.items() if path not in matters]

    def __call__(self, name: str) -> bool:
        call = re.compile(rb"\b" + re.escape(name.encode()) + rb"\s*\(")
        return any(call.search(data) for data in self._rest)


def _around(files: Iterable[Path]) -> list[Path]:
    """The Python files of the projects that some files belong to; without a project, of their packages."""
    roots: dict[Path, None] = {}
    found: list[Path] = []
    folders: set[Path] = set()
    for file in files:
        folder = file.parent
        if folder in folders:
            continue
        folders.add(folder)
        root = _root_of(folder)
        if root is not None:
            roots.setdefault(root)
        else:
            found.extend(_package_around(folder))
    if roots:
        # What a project does not want linted it may still import from: only the default excludes hold here.
        found.extend(find_files(list(roots), SettingsResolver(fixed=Settings())).files)
    return found


def _root_of(folder: Path) -> Path | None:
    """The project's top folder: where version control starts, else the outermost folder with project metadata.

    Without either, the nearest folder that looks like the top of something: its requirements or its readme lie there.
    """
    outermost = None
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists() or (candidate / ".hg").exists():
            return candidate
        if any((candidate / marker).is_file() for marker in _ROOT_MARKERS):
            outermost = candidate
    if outermost is not None:
        return outermost
    # A readme in the home folder or among temporary files makes no project of all that lies below.
    too_wide = {Path.home(), Path(tempfile.gettempdir()), Path(folder.anchor)}
    nearest = [top for top in (folder, *folder.parents)[:_MOST_LEVELS] if top not in too_wide]
    return next((top for top in nearest if any((top / sign).is_file() for sign in _ROOT_SIGNS)), None)


def _package_around(folder: Path) -> list[Path]:
    """The files beside a file that belongs to no project, and those of the whole package it is in."""
    if not folder.is_dir():
        # An unsaved file may have a name in a folder that is yet to be made.
        return []
    top = folder
    while (top / "__init__.py").exists():
        top = top.parent
    inside = folder.relative_to(top).parts
    beside = [path for path in sorted(top.iterdir()) if path.suffix in SUFFIXES and path.is_file()]
    package = sorted((top / inside[0]).rglob("*.py")) if inside else []
    return [*beside, *package]


def _read(
    files: Iterable[Path], wanted: set[Path], unsaved: Mapping[Path, bytes]
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
            contents[file] = file.read_bytes()
        except OSError as error:
            if file in wanted and not any(problem.path == file for problem in problems):
                reason = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
                problems.append(_unparsable(file, UnparsableFile(reason, Position(1, 1))))
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
