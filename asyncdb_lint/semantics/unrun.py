"""What an application was meant to do at startup and does not, or does in a way that is deprecated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from ..lazy import cst
from .applications import Application, EventForm, EventHandler, registers_events
from .lifecycle import Lifecycle
from .opening import Openings
from .queries import shown_expression
from .records import CallRecord, ModuleRecord
from .terms import Constant


class DatabaseEvents(NamedTuple):
    """The startup and shutdown events of an application, of which some open or close a pool."""

    app: Application
    first: EventHandler
    """The first one that does."""
    others: tuple[EventHandler, ...]
    is_silenced: bool
    """The application has a lifespan, so none of them runs."""

    @property
    def node(self) -> cst.CSTNode:
        """Where the first one is registered."""
        return place_of(self.first)

    @property
    def source(self) -> str:
        """What runs, as messages show it."""
        if self.first.function is not None:
            return self.first.function.name
        if self.first.form is EventForm.LISTED:
            return f"on_{self.first.event}"
        return self.first.event


class MountedLifespan(NamedTuple):
    """An application with a lifespan that opens a pool, mounted in another one."""

    app: Application
    node: cst.CSTNode
    opening: cst.CSTNode
    opening_module: ModuleRecord

    @property
    def source(self) -> str:
        """What would open the pool, as messages show it."""
        if isinstance(self.opening, cst.BaseExpression):
            return shown_expression(self.opening_module, self.opening)
        return self.opening_module.parsed.code_of(self.opening).strip()


def place_of(handler: EventHandler) -> cst.CSTNode:
    """Where a handler is registered."""
    return handler.listed_in or handler.call.node


class Unrun:
    """Finds them in one project."""

    def __init__(self, lifecycle: Lifecycle, openings: Openings) -> None:
        self.lifecycle = lifecycle
        self.openings = openings

    def events(self, module: ModuleRecord) -> Sequence[DatabaseEvents]:
        """The applications with events for a pool, by the module of the first such event."""
        # Asked first: in most files nothing registers any, and no application of the project need be looked at.
        if not registers_events(module):
            return []
        return [events for events in self._events if events.first.call.module is module]

    @cached_property
    def _events(self) -> list[DatabaseEvents]:
        found: list[DatabaseEvents] = []
        for app in self.lifecycle.applications.all:
            if app.has_lifespan and not _is_given(app, "lifespan"):
                continue
            relevant = [handler for handler in app.own_events if self._matters(app, handler)]
            if relevant:
                found.append(DatabaseEvents(app, relevant[0], tuple(relevant[1:]), app.has_lifespan))
        return found

    def _matters(self, app: Application, handler: EventHandler) -> bool:
        """Whether a handler opens or closes a pool; beside a lifespan, one that the lifespan does not open."""
        return any(
            self._works_on(handler, pool) for pool in self.openings.constructions if not self._by_lifespan(app, pool)
        )

    def _works_on(self, handler: EventHandler, pool: CallRecord) -> bool:
        return any(
            self.lifecycle.is_method(handler.term, pool, role)
            or (handler.function is not None and self.lifecycle.does(handler.function, pool, role))
            for role in ("opens", "closes")
        )

    def _by_lifespan(self, app: Application, pool: CallRecord) -> bool:
        """Whether an application's lifespan alone opens a pool; one that is not known may."""
        if not app.has_lifespan:
            return False
        if app.lifespan is None:
            return True
        alone = Application(app.call, has_lifespan=True, lifespan=app.lifespan)
        return self.lifecycle.opens_at_startup(alone, pool)

    def mounted(self, module: ModuleRecord) -> Sequence[MountedLifespan]:
        """Applications made in a module whose pools nothing opens, since they are mounted in others."""
        applications = self.lifecycle.applications
        return [
            found
            for app in (applications.all if applications.has_made_in(module) else ())
            if app.module is module and (found := self._mounted(app)) is not None
        ]

    def _mounted(self, app: Application) -> MountedLifespan | None:
        applications = self.lifecycle.applications
        roots = applications.roots(app)
        outer = [other for other in applications.all if other.call in roots]
        if app.call in roots or len(outer) != len(roots) or self._runs_others():
            return None
        for pool in self.openings.constructions:
            own = list(self.lifecycle.openings(app, pool))
            if not own or any(self.lifecycle.opens_at_startup(other, pool) for other in outer):
                continue
            functions = {place.function for place in own}
            if all(place.function in functions for place in self.openings.places(pool, "opens")):
                return MountedLifespan(app, self._registration(app), own[0].node, own[0].function.module)
        return None

    def _runs_others(self) -> bool:
        """Whether anything enters the lifespan of an application by hand."""
        resolver = self.lifecycle.resolver
        return bool(resolver.attribute_uses("lifespan_context") or resolver.calls_named("LifespanManager"))

    def _registration(self, app: Application) -> cst.CSTNode:
        for argument in app.call.arguments:
            if argument.keyword == "lifespan":
                return argument.node
        return place_of(app.own_events[0]) if app.own_events else app.call.node


def _is_given(app: Application, keyword: str) -> bool:
    return any(
        argument.keyword == keyword and not (isinstance(argument.term, Constant) and argument.term.value is None)
        for argument in app.call.arguments
    )
