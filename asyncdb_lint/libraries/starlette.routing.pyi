from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import CallsAndAwaits, CallsByKind, Lifespan

@role.router
class Router:
    def __init__(
        self,
        routes: Any = None,
        redirect_slashes: bool = True,
        default: Any = None,
        on_startup: Any = None,
        on_shutdown: Any = None,
        lifespan: Lifespan | None = None,
        **options: Any,
    ) -> None: ...
    @role.mounts
    def mount(self, path: str, app: Any, name: str | None = None) -> None: ...
    @role.route
    def route(self, path: str, methods: Any = None, name: str | None = None, include_in_schema: bool = True) -> Any: ...
    @role.route
    def add_route(self, path: str, endpoint: CallsByKind, methods: Any = None, name: str | None = None) -> None: ...
    @role.event_handler
    def on_event(self, event_type: str) -> Any: ...
    @role.event_handler
    def add_event_handler(self, event_type: str, func: CallsByKind) -> None: ...

class Route:
    @role.route
    def __init__(self, path: str, endpoint: CallsByKind, **options: Any) -> None: ...

class WebSocketRoute:
    @role.route
    def __init__(self, path: str, endpoint: CallsAndAwaits, **options: Any) -> None: ...

class Mount:
    @role.mounts
    def __init__(
        self, path: str, app: Any = None, routes: Any = None, name: str | None = None, **options: Any
    ) -> None: ...
