"""One look at a project: reads its files, finds out which matter, and says what there is to say about those wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .decoding import UnparsableFile, decode
from .forking import IS_SAFE
from .parsing import check_text
from .screen import screened, shows_database
from .suppressions.presence import may_hold

if TYPE_CHECKING:
    from .diagnostics import Diagnostic
    from .kept_summaries import Summaries
    from .linked import LinkedProject
    from .module_paths import ModulePaths
    from .out_of_sight import CallsOutOfSight
    from .session import Session
    from .settings import Settings
    from .surroundings import Project

_MOST_BYTES_WITHOUT_DATABASE = 1_000_000
# Below this many files, telling another process takes longer than it saves.
_FEWEST_FILES = 1_000

Findings: TypeAlias = "dict[Path, list[Diagnostic]]"
"""What is to be said of each file that was linted, those without findings included."""


def is_worth_help(files: Sequence[Path], jobs: int) -> bool:
    """Whether a second process saves time."""
    return IS_SAFE and jobs > 1 and len(files) >= _FEWEST_FILES


@dataclass(frozen=True, slots=True)
class Work:
    """A project to lint, under the settings that its wanted files have in common."""

    project: Project
    settings: Settings

    @property
    def files(self) -> list[Path]:
        """All files of the project, and those to lint."""
        return list(dict.fromkeys([*self.project.wanted, *self.project.around]))


class Run:
    """One look at a project's files."""

    def __init__(
        self, work: Work, unsaved: Mapping[Path, bytes], session: Session, summaries: Summaries | None = None
    ) -> None:
        self._settings = work.settings
        self._session = session
        self._summaries = summaries
        self._root = work.project.root
        self.wanted = work.project.wanted
        self._files = work.files
        self._unsaved = unsaved
        self._read_files: dict[Path, bytes] = {}
        self.contents: Mapping[Path, bytes] = self._read_files
        """What is in the files, as far as it matters."""
        self.calls_out_of_sight: CallsOutOfSight | None = None
        """What is known of the calls in files that do not matter."""
        self._unreadable: dict[Path, UnparsableFile] = {}
        self._digests: dict[str, str] = {}
        self.matters: set[Path] = set()
        """The files that rules may have something to say about."""
        self.blocking: set[Path] = set()
        """Those that would matter if they ran an event loop."""
        self.quiet: frozenset[Path] = frozenset()
        """Those of them in which rules are known to find nothing."""
        self.checks_syntax = False
        """Whether files that do not matter are looked at for what does not parse."""
        self.linked: LinkedProject | None = None
        """The project's modules, as soon as somebody had to know them."""

    def findings(self) -> Findings:
        """What there is to say about the wanted files."""
        self.look()
        return self.said_of_all({})

    def take(self, contents: Mapping[Path, bytes], matters: set[Path], blocking: set[Path]) -> None:
        """Takes over which files of a project matter from a run that has looked at all of them."""
        self.contents, self.matters, self.blocking = contents, matters, blocking
        self.checks_syntax = self._settings.enables("ADB001")

    def said_of_all(self, known: Findings) -> Findings:
        """What there is to say about the wanted files, as far as it is not known."""
        said = dict(known)
        for number, file in enumerate(self.wanted):
            if file not in said:
                said[file] = self._said_of(file)
            self._session.tell_progress(0.5 + number / len(self.wanted) / 2)
        return said

    def look(self, *, keeps_digests: bool = False) -> None:
        """Reads the files, and finds out which of them matter."""
        is_plain = not self._unsaved and not self._settings.database_types
        if is_plain and is_worth_help(self._files, self._session.jobs):
            if self._finds_no_database(keeps_digests=keeps_digests):
                return
        self._read(self._files)
        with self._session.measured("screen"):
            types, signs = self._settings.database_types, self._session.signs
            self.matters, self.blocking = screened(self.contents, types, signs, self._paths)
        # In a large project without a database, looking for broken files would take ten times as long as all the rest.
        size = sum(map(len, self.contents.values())) if not self.matters else 0
        self.checks_syntax = self._settings.enables("ADB001") and size <= _MOST_BYTES_WITHOUT_DATABASE

    def digests(self) -> dict[str, str]:
        """The content of each file."""
        from .cache_files import digest_of

        return {**self._digests, **{str(path): digest_of(data) for path, data in self.contents.items()}}

    def _finds_no_database(self, *, keeps_digests: bool) -> bool:
        """Looks at half of a large project while another process looks at the rest, and says whether that was all."""
        from .helping import helped

        half = len(self._files) // 2
        mine, others = self._files[:half], self._files[half:]
        with helped(others, digests=keeps_digests) as answer:
            self._read(mine)
            imported = self._session.signs.imported
            if self._unreadable or any(shows_database(imported(file, data)) for file, data in self.contents.items()):
                return False
            verdict = answer()
        if verdict is None or verdict.size <= _MOST_BYTES_WITHOUT_DATABASE:
            return False
        self._read(list(map(Path, verdict.commented)))
        self._digests = dict(zip(map(str, others), verdict.digests, strict=True)) if keeps_digests else {}
        return True

    def _read(self, files: Iterable[Path]) -> None:
        with self._session.measured("read"):
            for file in files:
                if file in self._unsaved:
                    self._read_files[file] = self._unsaved[file]
                    continue
                try:
                    self._read_files[file] = self._session.read(file)
                except OSError as error:
                    reason = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
                    self._unreadable[file] = UnparsableFile(reason)

    def _said_of(self, file: Path) -> list[Diagnostic]:
        """What there is to say about a file, with the severities of the settings."""
        found: list[Diagnostic] = []
        is_parsed = False
        problem = self._unreadable.get(file)
        if file in self.quiet:
            is_parsed = True
        elif file in self.matters:
            linked, own = self._linked_findings(file)
            found += own
            is_parsed = linked.is_parsed(file)
            problem = linked.unparsable.get(file)
        if self.checks_syntax and problem is None and not is_parsed:
            self._session.checkpoint()
            problem = self._session.syntax(file, self.contents[file])
        reports_syntax = self._settings.enables("ADB001") and not self._settings.ignores_in(file, "ADB001")
        if problem is not None and reports_syntax:
            from .engine import syntax_diagnostic

            found.append(syntax_diagnostic(file, problem))
        if file in self.contents:
            found = self._with_suppressions(file, found, is_parsed=is_parsed)
        return [self._settings.judged(item) for item in found]

    def _linked_findings(self, file: Path) -> tuple[LinkedProject, list[Diagnostic]]:
        from .semantics.summary import NotTheSame

        try:
            self.linked = self._link()
            return self.linked, self.linked.findings(file)
        except NotTheSame:
            # Python's parser and LibCST's read a module in different ways: LibCST's counts.
            self._session.read_in_full()
            self._summaries = None
            self.linked = self._link()
            return self.linked, self.linked.findings(file)

    def _paths(self) -> ModulePaths:
        return self._session.module_paths(self.contents, self._settings.roots)

    def _link(self) -> LinkedProject:
        return self._session.linked(
            self._root, self.contents, self.matters, self._settings, self._summaries, self.calls_out_of_sight
        )

    def _with_suppressions(self, file: Path, found: list[Diagnostic], *, is_parsed: bool) -> list[Diagnostic]:
        """Drops what ignore comments hide and adds what is wrong with them."""
        # Files without such comments are not decoded.
        if not may_hold(self.contents[file], has_findings=bool(found)):
            return found
        # Imported here, as for linking: most runs have nothing to suppress.
        from .engine import with_suppressions

        try:
            text = decode(self.contents[file])[0]
        except UnparsableFile:
            return found
        is_parsed = is_parsed or check_text(text) is None
        return with_suppressions(file, text, found, self._settings, is_parsed=is_parsed)
