"""Options that a pool is built with and that its driver refuses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .options import Driver, Options
from .records import Argument, CallRecord, ModuleRecord, ParameterKind
from .urls import Urls


class UnknownOption(NamedTuple):
    """A keyword that the driver does not have."""

    call: CallRecord
    argument: Argument
    driver: Driver

    @property
    def means(self) -> str | None:
        """What the driver calls it."""
        return self.driver.as_keywords.former.get(self.argument.keyword or "")


class Bounds(NamedTuple):
    """A smallest size above the largest one; None for a bound that is the driver's own default."""

    call: CallRecord
    smallest: int
    largest: int
    smallest_is_default: bool
    largest_is_default: bool


class PoolOptions:
    """Finds them in one project."""

    def __init__(self, urls: Urls, options: Options) -> None:
        self.urls = urls
        self.options = options

    def unknown(self, module: ModuleRecord) -> Sequence[UnknownOption]:
        """Keywords that the drivers of a module's pools do not have."""
        return [option for call in self._built_in(module) for option in self._unknown(call)]

    def _built_in(self, module: ModuleRecord) -> Iterator[CallRecord]:
        return (call for call in self.urls.constructions if call.module is module)

    def _unknown(self, call: CallRecord) -> Iterator[UnknownOption]:
        driver, initialiser = self.options.driver_of(call), self.urls.initialiser(call)
        if driver is None or initialiser is None or driver.as_keywords.takes_any:
            return
        own = {parameter.name for parameter in initialiser.parameters if parameter.kind is not ParameterKind.KWARGS}
        for argument in call.arguments:
            if argument.keyword is not None and argument.keyword not in own | driver.as_keywords.defaults.keys():
                yield UnknownOption(call, argument, driver)

    def contradictions(self, module: ModuleRecord) -> Sequence[Bounds]:
        """Pools of a module whose smallest size is above their largest."""
        return [bounds for call in self._built_in(module) if (bounds := self._contradiction(call)) is not None]

    def _contradiction(self, call: CallRecord) -> Bounds | None:
        if any(argument.star for argument in call.arguments):
            return None
        smallest, largest = self._given(call, "min_size"), self._given(call, "max_size")
        driver = self.options.driver_of(call)
        if driver is not None and not driver.has_pool:
            return None
        defaults = driver.as_keywords.defaults if driver is not None else {}
        low = smallest if smallest is not None else self._default(call, "min_size", defaults)
        high = largest if largest is not None else self._default(call, "max_size", defaults)
        if low is None or high is None or low <= high or (smallest is None and largest is None):
            return None
        return Bounds(call, low, high, smallest is None, largest is None)

    def _given(self, call: CallRecord, name: str) -> int | None:
        """The size that a pool is given; by keyword before by URL."""
        if any(argument.keyword == name for argument in call.arguments):
            return self.options.number(call, name)
        values = {option.value for url in self.urls.of(call) for option in url.options if option.name == name}
        value = next(iter(values)) if len(values) == 1 else None
        return int(value) if value is not None and value.isdecimal() else None

    def _default(self, call: CallRecord, name: str, defaults: dict[str, object]) -> int | None:
        """The driver's own size, unless the pool is given one that is not known."""
        if any(argument.keyword == name for argument in call.arguments):
            return None
        if any(option.name == name for url in self.urls.of(call) for option in url.options):
            return None
        default = defaults.get(name)
        return default if isinstance(default, int) else None
