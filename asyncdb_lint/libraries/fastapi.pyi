# FastAPI: where handlers, dependencies, lifespan and exception handlers are declared. Older releases are covered
# too (`on_event`, `add_event_handler`), since the code the linter reads is not always new.

from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import CallsAndAwaits, CallsByKind, Inspects, Lifespan
from starlette.applications import Starlette
from starlette.background import BackgroundTasks as BackgroundTasks
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.exceptions import WebSocketException as WebSocketException
from starlette.requests import Request as Request
from starlette.responses import Response as Response
from starlette.routing import Router
from starlette.websockets import WebSocket as WebSocket
from starlette.websockets import WebSocketDisconnect as WebSocketDisconnect

@role.dependency
def Depends(dependency: CallsByKind | None = None, *, use_cache: bool = True, **options: Any) -> Any: ...
@role.dependency
def Security(dependency: CallsByKind | None = None, *, scopes: Any = None, use_cache: bool = True) -> Any: ...

@role.http_error
class HTTPException(StarletteHTTPException):
    def __init__(self, status_code: int, detail: Inspects = None, headers: Any = None) -> None: ...

@role.app
class FastAPI(Starlette):
    router: APIRouter
    dependency_overrides: dict[Any, Any]

    def __init__(
        self,
        *,
        debug: bool = False,
        routes: Any = None,
        dependencies: Any = None,
        middleware: Any = None,
        exception_handlers: Any = None,
        on_startup: Any = None,
        on_shutdown: Any = None,
        lifespan: Lifespan | None = None,
        **extra: Any,
    ) -> None: ...
    @role.route
    def get(self, path: str, **options: Any) -> Any: ...
    @role.route
    def put(self, path: str, **options: Any) -> Any: ...
    @role.route
    def post(self, path: str, **options: Any) -> Any: ...
    @role.route
    def delete(self, path: str, **options: Any) -> Any: ...
    @role.route
    def options(self, path: str, **options: Any) -> Any: ...
    @role.route
    def head(self, path: str, **options: Any) -> Any: ...
    @role.route
    def patch(self, path: str, **options: Any) -> Any: ...
    @role.route
    def trace(self, path: str, **options: Any) -> Any: ...
    @role.route
    def api_route(self, path: str, **options: Any) -> Any: ...
    @role.route
    def add_api_route(self, path: str, endpoint: CallsByKind, **options: Any) -> None: ...
    @role.route
    def websocket(self, path: str, name: str | None = None, **options: Any) -> Any: ...
    @role.route
    def add_api_websocket_route(
        self, path: str, endpoint: CallsAndAwaits, name: str | None = None, **options: Any
    ) -> None: ...
    @role.mounts
    def include_router(self, router: APIRouter, **options: Any) -> None: ...
    @role.event_handler
    def on_event(self, event_type: str) -> Any: ...
    @role.event_handler
    def add_event_handler(self, event_type: str, func: CallsByKind) -> None: ...
    @role.middleware
    def middleware(self, middleware_type: str) -> Any: ...
    @role.exception_handler
    def exception_handler(self, exc_class_or_status_code: Any) -> Any: ...

@role.router
class APIRouter(Router):
    def __init__(
        self,
        *,
        prefix: str = "",
        dependencies: Any = None,
        on_startup: Any = None,
        on_shutdown: Any = None,
        lifespan: Lifespan | None = None,
        **options: Any,
    ) -> None: ...
    @role.route
    def get(self, path: str, **options: Any) -> Any: ...
    @role.route
    def put(self, path: str, **options: Any) -> Any: ...
    @role.route
    def post(self, path: str, **options: Any) -> Any: ...
    @role.route
    def delete(self, path: str, **options: Any) -> Any: ...
    @role.route
    def options(self, path: str, **options: Any) -> Any: ...
    @role.route
    def head(self, path: str, **options: Any) -> Any: ...
    @role.route
    def patch(self, path: str, **options: Any) -> Any: ...
    @role.route
    def trace(self, path: str, **options: Any) -> Any: ...
    @role.route
    def api_route(self, path: str, **options: Any) -> Any: ...
    @role.route
    def add_api_route(self, path: str, endpoint: CallsByKind, **options: Any) -> None: ...
    @role.route
    def websocket(self, path: str, name: str | None = None, **options: Any) -> Any: ...
    @role.route
    def add_api_websocket_route(
        self, path: str, endpoint: CallsAndAwaits, name: str | None = None, **options: Any
    ) -> None: ...
    @role.mounts
    def include_router(self, router: APIRouter, **options: Any) -> None: ...
    @role.event_handler
    def on_event(self, event_type: str) -> Any: ...
    @role.event_handler
    def add_event_handler(self, event_type: str, func: CallsByKind) -> None: ...
