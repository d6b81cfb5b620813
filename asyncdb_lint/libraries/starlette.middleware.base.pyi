from typing import Any

from asyncdb_lint.drivers import roles as role
from starlette.requests import Request

@role.middleware
class BaseHTTPMiddleware:
    def __init__(self, app: Any, dispatch: Any = None) -> None: ...
    async def dispatch(self, request: Request, call_next: Any) -> Any: ...
