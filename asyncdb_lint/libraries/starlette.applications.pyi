from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import CallsByKind, Lifespan
from starlette.datastructures import State

@role.app
class Starlette:
    state: State

    def __init__(
        self,
        debug: bool = False,
        routes: Any = None,
        middleware: Any = None,
        exception_handlers: Any = None,
        on_startup: Any = None,
        on_shutdown: Any = None,
        lifespan: Lifespan | None = None,
        **options: Any,
    ) -> None: ...
    @role.mounts
    def mount(self, path: str, app: Any, name: str | None = None) -> None: ...
    @role.mounts
    def host(self, host: str, app: Any, name: str | None = None) -> None: ...
    @role.route
    def route(self, path: str, methods: Any = None, name: str | None = None, include_in_schema: bool = True) -> Any: ...
    @role.route
    def add_route(self, path: str, route: CallsByKind, methods: Any = None, name: str | None = None) -> None: ...
    @role.middleware
    def add_middleware(self, middleware_class: Any, *args: Any, **kwargs: Any) -> None: ...
    @role.exception_handler
    def add_exception_handler(self, exc_class_or_status_code: Any, handler: CallsByKind) -> None: ...
    @role.exception_handler
    def exception_handler(self, exc_class_or_status_code: Any) -> Any: ...
    @role.event_handler
    def on_event(self, event_type: str) -> Any: ...
    @role.event_handler
    def add_event_handler(self, event_type: str, func: CallsByKind) -> None: ...
