from typing import Any

from asyncdb_lint.drivers import roles as role

from httpx._client import AsyncClient as AsyncClient

# Entering it, or a client around it, runs no lifespan.
@role.serves_app
class ASGITransport:
    def __init__(self, app: Any, raise_app_exceptions: bool = True, root_path: str = "", client: Any = None) -> None: ...
