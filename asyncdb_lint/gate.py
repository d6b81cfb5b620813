"""Which findings count in a run: those that no baseline knows, on lines that have changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdb_lint.baseline import Baseline, BaselineError, Compared, compare, read_baseline
from asyncdb_lint.project import LintResult
from asyncdb_lint.settings import Settings, project_root

if TYPE_CHECKING:
    from asyncdb_lint.revisions import Comparison


@dataclass(slots=True)
class Gate:
    """Leaves out of a result what does not count; a run that fixes asks it after every round."""

    files: Mapping[Path, Settings]
    baselines: tuple[Baseline, ...] = ()
    comparison: Comparison | None = None
    folders: tuple[Path, ...] = ()
    """The folders that were asked for as a whole: what is no longer in them is gone."""
    compared: list[Compared] = field(default_factory=list)
    """How the last result stood against the baselines."""
    _owners: Mapping[Path, Path] = field(default_factory=dict)
    """The baseline of each file."""
    _rules: dict[Settings, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        files: Mapping[Path, Settings],
        *,
        baseline: Path | None = None,
        comparison: Comparison | None = None,
        asked: Iterable[Path] = (),
    ) -> Gate:
        """The gate of a run over the paths that were `asked` for.

        `baseline` is one for all files, instead of those that their settings name.
        """
        owners = {
            file: baseline or path for file, settings in files.items() if (path := baseline_of(settings)) or baseline
        }
        baselines = tuple(read_baseline(path) for path in dict.fromkeys(owners.values()) if path is not None)
        folders = tuple(Path(os.path.abspath(path)) for path in asked if path.is_dir())
        return cls(files, baselines, comparison, folders, _owners={file: path for file, path in owners.items() if path})

    def __call__(self, result: LintResult) -> LintResult:
        """The result without what does not count."""
        self.compared = []
        left = list(result.diagnostics)
        for baseline in self.baselines:
            own = [found for found in left if self._owners.get(found.path) == baseline.path]
            compared = compare(baseline, own, result.sources, self._was_asked)
            self.compared.append(compared)
            left = [found for found in left if self._owners.get(found.path) != baseline.path]
            left.extend(compared.new)
        if self.comparison is not None:
            left = [found for found in left if self.comparison.concerns(found, result.sources)]
        return result._replace(diagnostics=tuple(sorted(left, key=lambda found: found.sort_key)))

    def _was_asked(self, file: Path, rule: str) -> bool:
        settings = self.files.get(file)
        if settings is None and any(file.is_relative_to(folder) for folder in self.folders):
            return not file.exists()
        return settings is not None and rule in self._codes(settings) and not settings.ignores_in(file, rule)

    def _codes(self, settings: Settings) -> frozenset[str]:
        if settings not in self._rules:
            from asyncdb_lint.engine import enabled_rules

            self._rules[settings] = frozenset(rule.code for rule in enabled_rules(settings))
        return self._rules[settings]


def baseline_of(settings: Settings) -> Path | None:
    """The baseline that settings name; it must lie inside their project, also when links are followed."""
    if settings.baseline is None:
        return None
    path = Path(os.path.normpath(settings.root / settings.baseline))
    root = Path(os.path.realpath(project_root(settings.root)))
    if not Path(os.path.realpath(path)).is_relative_to(root):
        raise BaselineError(f"`baseline` leads out of the project {root}, to {os.path.realpath(path)}; use --baseline")
    return path
