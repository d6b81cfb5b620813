"""What one `check` is asked for, and which wishes do not go together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from asyncdb_lint.report.outputs import Output


class CheckOptions(NamedTuple):
    """What one `check` is asked for, beyond the rules and the files."""

    fix: bool
    fix_only: bool
    unsafe: bool
    diff: bool
    add_ignore: str | None
    """The reason to write; empty for none, None where no comments are to be written."""
    baseline: Path | None
    no_baseline: bool
    since: str | None
    exit_zero: bool
    exit_non_zero_on_fix: bool
    outputs: tuple[Output, ...]
    """Where the findings go."""
    statistics: bool
    show_files: bool
    show_settings: bool
    color: str
    quiet: bool
    verbose: bool
    jobs: int | None
    """How many processes may work; None for one a core."""
    no_cache: bool
    cache_dir: Path | None
    timing: bool

    @property
    def changes(self) -> bool:
        """Whether files are to be written, or standard input to be written anew."""
        return (self.fix or self.fix_only or self.add_ignore is not None) and not self.diff

    @property
    def rewrites(self) -> bool:
        """Whether files are linted more than once, as they were and as they would be."""
        return self.fix or self.fix_only or self.diff or self.add_ignore is not None

    def problem(self, *, is_stdin: bool, has_stdin_name: bool, names_outputs: bool) -> str | None:
        """Says which options do not go together, and what to do."""
        shows = self.show_files or self.show_settings
        wrong = {
            "--stdin-filename names what `-` reads; add `-`": has_stdin_name and not is_stdin,
            "--since needs to know which file `-` is; add --stdin-filename": (
                self.since is not None and is_stdin and not has_stdin_name
            ),
            "--baseline and --no-baseline contradict each other; leave one out": self.baseline is not None
            and self.no_baseline,
            "--no-cache and --cache-dir contradict each other; leave one out": self.no_cache
            and self.cache_dir is not None,
            "--quiet and --verbose contradict each other; leave one out": self.quiet and self.verbose,
            "--exit-zero and --exit-non-zero-on-fix contradict each other; leave one out": self.exit_zero
            and self.exit_non_zero_on_fix,
            "--exit-non-zero-on-fix needs --fix or --fix-only; add one": self.exit_non_zero_on_fix
            and not (self.fix or self.fix_only),
            "--add-ignore writes comments instead of fixes; leave out --fix, --fix-only and --unsafe-fixes": (
                self.add_ignore is not None and (self.fix or self.fix_only or self.unsafe)
            ),
            "--add-ignore: a reason is one line; leave out the line break": not (self.add_ignore or "x").isprintable(),
            "--statistics counts findings, and --diff, --fix-only, --show-files and --show-settings print none; "
            "leave one out": self.statistics and (self.diff or self.fix_only or shows),
            "--output is for findings, and --diff, --fix-only, --show-files and --show-settings print none; "
            "leave one out": names_outputs and (self.diff or self.fix_only or shows),
            "--show-files and --show-settings lint nothing; leave out one of them and all that changes files": (
                self.show_files and self.show_settings
            )
            or (shows and (self.changes or self.diff)),
            "--show-files lists files, and `-` is none; leave one out": self.show_files and is_stdin,
        }
        return next((problem for problem, is_so in wrong.items() if is_so), None)
