"""What the driver behind a URL takes: in the URL itself, and as keywords; read from the driver's stub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from .calling import class_roles
from .records import CallRecord, ClassRecord, FunctionRecord, ModuleRecord, ParameterKind
from .terms import Choice, Computed, Constant, Item, Term, arguments_of, last_name
from .urls import Urls
from .values import ConstantValue, InstanceValue
from .written_urls import UrlOption, WrittenUrl


class Accepted(NamedTuple):
    """The options of one place, by name; `former` says under which name an option of other libraries is known here."""

    defaults: dict[str, object]
    former: dict[str, str]
    takes_any: bool
    is_file_name: bool


class Driver(NamedTuple):
    """What is behind a scheme."""

    name: str
    schemes: frozenset[str]
    in_url: Accepted
    as_keywords: Accepted

    @property
    def has_pool(self) -> bool:
        """Whether it keeps connections, so that their number can be set."""
        return "max_size" in self.as_keywords.defaults


class IgnoredOption(NamedTuple):
    """An option in a URL that the driver never gets to see."""

    url: WrittenUrl
    option: UrlOption
    driver: Driver

    @property
    def read_as(self) -> str | None:
        """What the option is called where it would be read in the URL."""
        return self.driver.in_url.former.get(self.option.name)

    @property
    def keyword(self) -> str | None:
        """What it is called as a keyword."""
        keywords = self.driver.as_keywords
        return self.option.name if self.option.name in keywords.defaults else keywords.former.get(self.option.name)


class Options:
    """Answers for the pools of one project."""

    def __init__(self, urls: Urls) -> None:
        self.urls = urls
        self.resolver = urls.resolver
        self._drivers: dict[FunctionRecord, Sequence[Driver]] = {}

    def drivers(self, construction: CallRecord) -> Sequence[Driver]:
        """Every driver that a pool may hand its options to."""
        initialiser = self.urls.initialiser(construction)
        if initialiser is None:
            return ()
        if initialiser not in self._drivers:
            self._drivers[initialiser] = self._taken_by(initialiser)
        return self._drivers[initialiser]

    def _taken_by(self, initialiser: FunctionRecord) -> Sequence[Driver]:
        return tuple(
            _driver(value.cls)
            for parameter in initialiser.parameters
            if parameter.kind is ParameterKind.KWARGS and parameter.annotation is not None
            for value in self.resolver.instances(parameter.annotation)
            if isinstance(value, InstanceValue) and "backend" in class_roles(self.resolver, value)
        )

    def behind(self, url: WrittenUrl) -> Driver | None:
        """The driver that a URL leads to; None where its scheme is not known."""
        if url.scheme is None:
            return None
        drivers = self.drivers(url.construction)
        for scheme in (url.scheme, url.scheme.partition("+")[0]):
            for driver in drivers:
                if scheme in driver.schemes:
                    return driver
        return None

    def driver_of(self, construction: CallRecord) -> Driver | None:
        """The one driver of a pool; None where that is decided elsewhere, or is not always the same."""
        found = [self.behind(url) for url in self.urls.of(construction)]
        return found[0] if found and all(driver == found[0] for driver in found) else None

    @cached_property
    def ignored(self) -> tuple[IgnoredOption, ...]:
        """Options in URLs that are dropped without a word, unless the pool is given them as keywords, too."""
        found: list[IgnoredOption] = []
        for url in self.urls.all:
            driver = self.behind(url)
            if driver is None or driver.in_url.takes_any or any(arg.star for arg in url.construction.arguments):
                continue
            given = {argument.keyword for argument in url.construction.arguments if argument.keyword is not None}
            for option in url.options:
                item = IgnoredOption(url, option, driver)
                if option.name not in driver.in_url.defaults and not given & {item.keyword, item.read_as, option.name}:
                    found.append(item)
        return tuple(found)

    def in_module(self, module: ModuleRecord) -> Sequence[IgnoredOption]:
        """The ignored options that are written in a module, each place once."""
        places: dict[tuple[int, str], IgnoredOption] = {}
        for item in self.ignored:
            if item.option.piece.module is module:
                places.setdefault((id(item.option.piece.node), item.option.name), item)
        return tuple(places.values())

    def number(self, construction: CallRecord, name: str) -> int | None:
        """A number that a pool is given by keyword, where it is written out."""
        argument = next((argument for argument in construction.arguments if argument.keyword == name), None)
        if argument is None:
            return None
        values = self.resolver.resolve(argument.term)
        if len(values) == 1 and isinstance(values[0], ConstantValue) and type(values[0].value) is int:
            return values[0].value
        return None


def _driver(backend: ClassRecord) -> Driver:
    schemes = _literals(backend.attributes["schemes"].annotation)
    names = _literals(backend.attributes["driver"].annotation)
    return Driver(
        name=names[0],
        schemes=frozenset(schemes),
        in_url=_accepted(backend.methods["in_url"]),
        as_keywords=_accepted(backend.methods["as_keywords"]),
    )


def _accepted(function: FunctionRecord) -> Accepted:
    defaults: dict[str, object] = {}
    former: dict[str, str] = {}
    takes_any = is_file_name = False
    for parameter in function.parameters[1:]:
        if parameter.kind is ParameterKind.KWARGS:
            takes_any = True
            is_file_name = parameter.annotation is not None and last_name(parameter.annotation) == "FileName"
            continue
        default = parameter.default
        defaults[parameter.name] = default.value if isinstance(default, Constant) else None
        if isinstance(parameter.annotation, Item) and last_name(parameter.annotation.base) == "Replaces":
            former.update(dict.fromkeys(_literals(parameter.annotation.key), parameter.name))
    return Accepted(defaults, former, takes_any, is_file_name)


def _literals(annotation: Term | None) -> list[str]:
    """The texts of `Literal["a", "b"]`."""
    return list(_texts(annotation)) if annotation is not None else []


def _texts(term: Term) -> Iterator[str]:
    match term:
        case Constant(value=str() as text):
            yield text
        case Item(key=key):
            for argument in arguments_of(key):
                yield from _texts(argument)
        case Choice(options=options) | Computed(operands=options):
            for option in options:
                yield from _texts(option)
        case _:
            return
