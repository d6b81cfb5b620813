"""What a rule is: a short question over the facts of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ..diagnostics import Severity

if TYPE_CHECKING:
    import libcst as cst

    from ..fixes import FixPlan
    from ..parsing import ParsedModule
    from ..semantics.facts import ModuleFacts


@dataclass(frozen=True, slots=True)
class Mention:
    """A node that explains a finding, and what is to be seen there."""

    module: ParsedModule
    node: cst.CSTNode
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule reports, still in nodes; the engine turns it into a diagnostic.

    `fix` is called only when the finding is reported, since making it may need more work than finding it. It returns
    None where no
    fix is right.
    """

    node: cst.CSTNode
    message: str
    help: str | None = None
    fix: Callable[[], FixPlan | None] | None = None
    mentions: Sequence[Mention] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class RuleOption:
    """Something that settings may change about a rule; its type is that of its default."""

    name: str
    default: bool | int | str
    text: str


class Weakness(NamedTuple):
    """What makes a rule one of security, which code scanning ranks and filters apart from others."""

    severity: float
    """As in CVSS, up to 10; ours are those that CodeQL gives to the same weakness."""
    cwe: tuple[int, ...]
    """Its numbers in the Common Weakness Enumeration, the nearest first."""


class Rule:
    """A rule: its names are stable once released, its page under `rules/` documents and tests it."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    since: ClassVar[str]
    """The version that first had it; for a plugin's rule, of the plugin."""
    default: ClassVar[bool] = True
    fix_availability: ClassVar[str] = "none"
    """"safe", "unsafe", "safe or unsafe" or "none"."""
    weakness: ClassVar[Weakness | None] = None
    """What each of its findings lets strangers do; None where only some of them do."""
    options: ClassVar[tuple[RuleOption, ...]] = ()

    def __init__(self, given: Mapping[str, bool | int | str] = MappingProxyType({})) -> None:
        """Takes the options that settings give, which are checked."""
        self.option = MappingProxyType({**{option.name: option.default for option in self.options}, **given})

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """Yields what the rule finds in one module."""
        raise TypeError(f"{type(self).__name__} must say what it checks")
