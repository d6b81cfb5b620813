from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import Inspects

@role.http_error
class HTTPException(Exception):
    def __init__(self, status_code: int, detail: Inspects = None, headers: Any = None) -> None: ...

@role.http_error
class WebSocketException(Exception):
    def __init__(self, code: int, reason: str | None = None) -> None: ...
