"""Findings as the protocol carries them, no more than the client says it can show."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path

from asyncdb_lint.diagnostics import Diagnostic, Severity
from asyncdb_lint.server.text_positions import TextPositions

SOURCE = "asyncdb-lint"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_TAGS = {
    "unused-suppression": types.DiagnosticTag.Unnecessary,
    "dead-except": types.DiagnosticTag.Unnecessary,
    "on-event": types.DiagnosticTag.Deprecated,
}
"""By the name of the rule: what it finds does nothing, or is deprecated."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Makes diagnostics for one client."""

    encoding: types.PositionEncodingKind | str | None
    related: bool
    tags: frozenset[types.DiagnosticTag]
    located: Callable[[Path, types.Range], types.Location]
    """How the client names a place in a file."""
    page_of: Callable[[str], str | None]
    """Where the page of a rule can be read; None where it cannot, or the client shows no links."""

    @classmethod
    def for_client(
        cls,
        capabilities: types.ClientCapabilities,
        encoding: types.PositionEncodingKind | str | None,
        located: Callable[[Path, types.Range], types.Location],
        page_of: Callable[[str], str | None],
    ) -> Rendering:
        """Reads what a client can show, of diagnostics that are pushed and of those that are pulled."""
        document = capabilities.text_document
        pushed = document.publish_diagnostics if document else None
        tags = pushed.tag_support.value_set if pushed and pushed.tag_support else []
        links = bool(pushed and pushed.code_description_support)
        related = bool(pushed and pushed.related_information)
        return cls(encoding, related, frozenset(tags), located, page_of if links else lambda _: None)

    def diagnostics(
        self, path: Path, findings: tuple[Diagnostic, ...], texts: Mapping[Path, str]
    ) -> list[types.Diagnostic]:
        """The diagnostics of one file."""
        positions = {path: TextPositions(texts.get(path, ""), self.encoding)}

        def positions_in(other: Path) -> TextPositions:
            if other not in positions:
                positions[other] = TextPositions(texts.get(other, ""), self.encoding)
            return positions[other]

        return [self._diagnostic(finding, positions_in) for finding in findings]

    def _diagnostic(self, finding: Diagnostic, positions_in: Callable[[Path], TextPositions]) -> types.Diagnostic:
        tag = _TAGS.get(finding.name)
        related = [
            types.DiagnosticRelatedInformation(
                self.located(place.path, positions_in(place.path).range(place.range)), place.message
            )
            for place in finding.related
            if self.related
        ]
        page = self.page_of(finding.code)
        return types.Diagnostic(
            range=positions_in(finding.path).range(finding.range),
            message=f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            code_description=types.CodeDescription(page) if page is not None else None,
            source=SOURCE,
            tags=[tag] if tag is not None and tag in self.tags else None,
            related_information=related or None,
            data={"name": finding.name},
        )


def identity(diagnostics: list[types.Diagnostic]) -> str:
    """The same for the same diagnostics, so that a client need not be told them twice."""
    return hashlib.sha256(repr(diagnostics).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def plain_uri(path: Path) -> str:
    """The name of a file that is not open."""
    return from_fs_path(str(path)) or path.as_uri()
