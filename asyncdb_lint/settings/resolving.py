"""Which settings hold for the files of a folder: the nearest file, what it extends, and the command line on top."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncdb_lint.settings.looking import FILE_NAMES, PYPROJECT, REPOSITORIES, TABLE, find_settings, shown
from asyncdb_lint.settings.model import RuleSelection, Settings, SettingsError, specificity

if TYPE_CHECKING:
    from asyncdb_lint.settings.reading import Source, Values

_REASON_RULE = "ADB003"
_SELECTION = ("select", "extend-select", "ignore")


class CommandLine(NamedTuple):
    """What the command line says about settings."""

    file: Path | None = None
    """The one file to read instead of the nearest ones."""
    inline: tuple[Source, ...] = ()
    """Settings in place, which win over files."""
    selection: RuleSelection | None = None

    @classmethod
    def of(
        cls, config: Iterable[str], selection: RuleSelection | None = None, *, isolated: bool = False
    ) -> CommandLine:
        """Reads the values of `--config`: a file, or settings in place."""
        file: Path | None = None
        inline: list[Source] = []
        for value in config:
            # Unlike Path.is_file this takes a long text for no file, not for an error.
            if os.path.isfile(value):  # noqa: PTH113
                if file is not None:
                    raise SettingsError("--config: name one file only; let it `extend` the other")
                if isolated:
                    raise SettingsError("--config: --isolated reads no settings file; give settings as `key = value`")
                file = Path(os.path.abspath(value))
            elif "=" in value:
                from asyncdb_lint.settings.reading import read_inline

                inline.append(read_inline(value, origin=f"--config `{value}`"))
            else:
                raise SettingsError(f"--config: `{value}` is no file, and no setting such as `select = ['ADB1']`")
        for source in inline:
            from asyncdb_lint.settings.reading import checked

            if "extend" in checked(source):
                raise source.error("`extend` works in files only; name the file with --config")
        return cls(file, tuple(inline), selection)


class SettingsResolver:
    """Resolves settings folder by folder and reads each file once; the nearest one counts.

    With `fixed` no file is read and these settings hold everywhere. `selection` is a last layer of chosen rules.
    """

    def __init__(
        self,
        *,
        fixed: Settings | None = None,
        selection: RuleSelection | None = None,
        command_line: CommandLine | None = None,
    ) -> None:
        self._fixed = fixed
        self._command_line = command_line or CommandLine(selection=selection)
        self._by_folder: dict[Path, Settings] = {}
        self.read: list[Path] = []
        """The files that settings were read from, those that others extend included."""

    def for_folder(self, folder: Path, names: Collection[str] | None = None) -> Settings:
        """Returns the settings of the files that lie directly in a folder; `names` are its entries, if known."""
        known = self._by_folder.get(folder)
        if known is None:
            known = self._by_folder[folder] = self._resolve(folder, FILE_NAMES if names is None else names)
        return known

    def _resolve(self, folder: Path, names: Collection[str]) -> Settings:
        if self._everywhere is not None:
            return self._everywhere
        for name in FILE_NAMES:
            if name not in names:
                continue
            _refuse_link_out(folder / name)
            layers = _layers(folder / name, self.read)
            if layers:
                return self._on_top(reduce(_applied, layers, Settings(root=folder, file=folder / name)))
        return self.for_folder(folder.parent) if folder.parent != folder else self._on_top(Settings())

    @cached_property
    def _everywhere(self) -> Settings | None:
        """The settings that hold in every folder, if there are such."""
        file = self._command_line.file
        if self._fixed is not None:
            return self._on_top(self._fixed)
        if file is None:
            return None
        layers = _layers(file, self.read)
        if not layers:
            raise SettingsError(f"--config: {shown(file)} has no `[tool.asyncdb-lint]`")
        return self._on_top(reduce(_applied, layers, Settings(root=Path.cwd(), file=file)))

    def _on_top(self, settings: Settings) -> Settings:
        given = self._command_line
        if given.inline:
            from asyncdb_lint.settings.reading import checked

            settings = reduce(_applied, map(checked, given.inline), settings)
        settings = _finished(settings)
        return settings if given.selection is None else settings.selecting(given.selection)


def read_settings(file: Path) -> Settings | None:
    """Reads one settings file with what it extends; None where it holds no settings of ours."""
    layers = _layers(file, [])
    return _finished(reduce(_applied, layers, Settings(root=file.parent, file=file))) if layers else None


def _layers(file: Path, read: list[Path], above: tuple[Path, ...] = ()) -> list[Values]:
    """The values of a file, behind those of the files that it extends; none where it holds no settings of ours.

    What was read for that is added to `read`.
    """
    data = find_settings(file)
    read.append(file)
    if data is None:
        return []
    # Imported here: most runs meet no settings, or none but the defaults.
    from asyncdb_lint.settings.reading import checked, read_source

    source = read_source(file, data)
    if source is None:
        return []
    values = checked(source)
    if "extend" not in values:
        return [values]
    target = file.parent / values["extend"]
    chain = (*above, _real(file))
    if _real(target) in chain:
        way = " -> ".join(shown(step) for step in (*chain[chain.index(_real(target)) :], _real(target)))
        raise source.error(f"`extend` leads in a circle: {way}", "extend")
    root = project_root(file.parent)
    if not _real(target).is_relative_to(_real(root)):
        raise source.error(
            f"`extend` leads out of the project {root}, to {_real(target)}; to use that file, name it with --config",
            "extend",
        )
    if not os.path.isfile(target):  # noqa: PTH113 - Path.is_file raises for circles of links
        raise source.error(f"`extend`: {shown(target)} is no file", "extend")
    below = _layers(_real(target), read, chain)
    if not below:
        raise source.error(f"`extend`: {shown(target)} has no `[tool.asyncdb-lint]`", "extend")
    return [*below, values]


def _refuse_link_out(file: Path) -> None:
    """Refuses settings that a project has linked to from elsewhere: who makes a link need not own what is there."""
    if not file.is_symlink() or not os.path.exists(file):  # noqa: PTH110 - Path.exists raises for circles of links
        return
    target, root = _real(file), _real(project_root(file.parent))
    if target.is_relative_to(root):
        return
    # Many a pyproject.toml has nothing for us, wherever it lies.
    is_ours = file.name != PYPROJECT or not target.is_file() or TABLE.encode() in target.read_bytes()
    if is_ours:
        raise SettingsError(
            f"{shown(file)}: this link leads out of the project {root}, to {target}; to use that file, "
            "name it with --config"
        )


def project_root(folder: Path) -> Path:
    """The folder that settings of a project stay inside of: its repository's, else the outermost with settings."""
    outermost = folder
    for candidate in (folder, *folder.parents):
        if any((candidate / sign).exists() for sign in REPOSITORIES):
            return candidate
        if any((candidate / name).is_file() for name in FILE_NAMES):
            outermost = candidate
    return outermost


def _real(path: Path) -> Path:
    # Unlike Path.resolve this never raises: a loop of links is told when the file is read.
    return Path(os.path.realpath(path))


def _applied(settings: Settings, values: Values) -> Settings:
    """Puts one layer on top: tables and lists named `extend-*` are added to, all else is replaced."""
    changes: dict[str, Any] = {}
    if any(key in values for key in _SELECTION):
        select, extend_select, ignore = (values.get(key) for key in _SELECTION)
        changes["selections"] = (*settings.selections, RuleSelection(select, extend_select or (), ignore or ()))
    for key, value in values.items():
        name = key.replace("-", "_")
        if key in _SELECTION or key == "extend":
            continue
        before = getattr(settings, name)
        if isinstance(value, dict):
            changes[name] = tuple({**dict(before), **value}.items())
        else:
            changes[name] = (*before, *value) if key.startswith("extend-") else value
    return replace(settings, **changes)


def _finished(settings: Settings) -> Settings:
    """What settings imply for one another."""
    is_refused = any(specificity(_REASON_RULE, layer.ignore) >= 0 for layer in settings.selections)
    if settings.require_suppression_reason and not is_refused:
        return settings.selecting(RuleSelection(extend_select=(_REASON_RULE,)))
    return settings
