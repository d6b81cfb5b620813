"""What the editor offers at a finding: to fix it, to fix all of its kind, to ignore it, to read about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from asyncdb_lint.diagnostics import Applicability, Diagnostic, Edit
from asyncdb_lint.fixes import apply_fixes, is_wanted
from asyncdb_lint.server.documents import Document, Documents
from asyncdb_lint.server.folders import Folder, Report
from asyncdb_lint.server.notebooks import Notebook
from asyncdb_lint.server.parts import Part
from asyncdb_lint.server.text_positions import TextPositions
from asyncdb_lint.suppressions import ABOUT_COMMENTS, with_ignores

FIX_ALL = "source.fixAll.asyncdb-lint"
NOTEBOOK_FIX_ALL = f"notebook.{FIX_ALL}"
SHOW_PAGE = "asyncdb-lint.showRulePage"
_UNPARSABLE = "ADB001"
_QUICK = types.CodeActionKind.QuickFix


def is_asked(kind: str, only: Sequence[str] | None) -> bool:
    """Whether the client asks for a kind of action: that one, one above it, or all."""
    return only is None or any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in only)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Makes edits for one client."""

    documents: Documents
    versioned: bool
    """Whether the client takes edits of a version."""
    uri_of: Callable[[Path], str]

    def edit(self, edits: Mapping[Path, list[types.TextEdit]]) -> types.WorkspaceEdit | None:
        """Edits of several files as one; None if one of them is of no document that the client knows."""
        found: dict[Part, list[types.TextEdit]] = {}
        for path, given in edits.items():
            document = self.documents.of(path)
            placed = document.placed(given) if document is not None else {Part(self.uri_of(path), None): given}
            if placed is None:
                return None
            found.update((part, own) for part, own in placed.items() if own)
        if not self.versioned:
            return types.WorkspaceEdit(changes={part.uri: own for part, own in found.items()})
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(part.uri, part.version), own)
                for part, own in found.items()
            ]
        )

    def of_edits(self, edits: Iterable[Edit], texts: Mapping[Path, str]) -> types.WorkspaceEdit | None:
        """Edits of the linter as one."""
        by_path: dict[Path, list[Edit]] = {}
        for edit in edits:
            by_path.setdefault(edit.path, []).append(edit)
        return self.edit({path: self._positions(path, texts).edits(own) for path, own in by_path.items()})

    def of_texts(self, changed: Mapping[Path, str], texts: Mapping[Path, str]) -> types.WorkspaceEdit | None:
        """The edits that make files into what they should be."""
        return self.edit({path: self._positions(path, texts).replacing(text) for path, text in changed.items()})

    def _positions(self, path: Path, texts: Mapping[Path, str]) -> TextPositions:
        document = self.documents.of(path)
        return document.positions if document else TextPositions(texts.get(path, ""), self.documents.encoding)


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions at one place of a document, whose findings are those of the version that is open."""

    document: Document
    folder: Folder
    report: Report
    workspace: Workspace
    page_command: str
    """The command that shows the page of a rule: the server's, or one of the client's own."""
    asked: types.CodeActionParams

    def quick(self) -> Iterator[types.CodeAction]:
        """Everything for the findings at the place, safe fixes first."""
        found = [finding for finding in self.report.findings if self._is_here(finding)]
        client = self.folder.client
        if client.fixes:
            yield from sorted(filter(None, map(self._fix, found)), key=lambda action: not action.is_preferred)
            for code in dict.fromkeys(finding.code for finding in found):
                yield from self._all_of(code)
        if client.ignore_comments:
            for code in dict.fromkeys(finding.code for finding in found):
                yield from self._ignore([finding for finding in found if finding.code == code])
        for finding in {finding.code: finding for finding in found}.values():
            title = f"Show the page of {finding.code} ({finding.name})"
            command = types.Command(title=title, command=self.page_command, arguments=[finding.code])
            yield types.CodeAction(title, _QUICK, self._shown(finding), command=command)

    def _fix(self, finding: Diagnostic) -> types.CodeAction | None:
        fix = finding.fix
        if fix is None or fix.applicability is Applicability.DISPLAY:
            return None
        edit = self.workspace.of_edits(fix.edits, self.report.texts)
        if edit is None:
            return None
        is_safe = fix.applicability is Applicability.SAFE
        return types.CodeAction(
            title=f"{fix.message} ({finding.code})" if is_safe else f"{fix.message} ({finding.code}, unsafe fix)",
            kind=_QUICK,
            diagnostics=self._shown(finding),
            is_preferred=is_safe,
            edit=edit,
        )

    def _all_of(self, code: str) -> Iterator[types.CodeAction]:
        own = [finding for finding in self.report.findings if finding.code == code and finding.fix]
        for unsafe in (False, True):
            fixable = [finding for finding in own if finding.fix and is_wanted(finding.fix, unsafe)]
            # The unsafe offer is for those that the safe one leaves.
            if len(fixable) < 2 or (unsafe and all(is_wanted(f.fix, False) for f in fixable if f.fix)):
                continue
            outcome = apply_fixes(self.report.texts, fixable, unsafe=unsafe)
            if len(outcome.applied) < 2:
                continue
            edit = self.workspace.of_texts(outcome.sources, self.report.texts)
            if edit is None:
                continue
            title = f"Fix all {len(outcome.applied)} of {code} ({fixable[0].name}) in this {self._what}"
            yield types.CodeAction(
                title=f"{title}, with unsafe fixes" if unsafe else title,
                kind=_QUICK,
                edit=edit,
            )

    def _ignore(self, findings: list[Diagnostic]) -> Iterator[types.CodeAction]:
        code = findings[0].code
        if code in ABOUT_COMMENTS or code == _UNPARSABLE:
            return
        text = self.document.text.removeprefix("\ufeff")
        commented = with_ignores(text, findings)
        edit = self.workspace.edit({self.document.path: self.document.positions.replacing(commented)})
        if commented != text and edit is not None:
            yield types.CodeAction(
                title=f"Ignore {code} here with a comment",
                kind=_QUICK,
                diagnostics=[shown for finding in findings for shown in self._shown(finding) or []] or None,
                edit=edit,
            )

    @property
    def _part(self) -> Part:
        return self.document.part(self.asked.text_document.uri)

    @property
    def _what(self) -> str:
        return "notebook" if isinstance(self.document, Notebook) else "file"

    def _is_here(self, finding: Diagnostic) -> bool:
        place, part = self.document.positions.range(finding.range), self._part
        start, end = part.inwards(self.asked.range.start), part.inwards(self.asked.range.end)
        return part.holds(place) and _key(place.start) <= _key(end) and _key(start) <= _key(place.end)

    def _shown(self, finding: Diagnostic) -> list[types.Diagnostic] | None:
        """The diagnostics of the client that this finding is."""
        place = self._part.outwards(self.document.positions.range(finding.range))
        given = self.asked.context.diagnostics
        return [shown for shown in given if shown.code == finding.code and shown.range == place] or None


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
