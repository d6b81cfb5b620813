# A response renders its content as it is constructed: a coroutine given to it is never awaited.

from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import Inspects, Iterates
from starlette.background import BackgroundTask

@role.response
class Response:
    def __init__(
        self,
        content: Inspects = None,
        status_code: int = 200,
        headers: Any = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None: ...

class HTMLResponse(Response): ...
class PlainTextResponse(Response): ...

class JSONResponse(Response):
    def __init__(
        self,
        content: Inspects,
        status_code: int = 200,
        headers: Any = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None: ...

class RedirectResponse(Response):
    def __init__(
        self, url: Inspects, status_code: int = 307, headers: Any = None, background: BackgroundTask | None = None
    ) -> None: ...

class StreamingResponse(Response):
    def __init__(
        self,
        content: Inspects | Iterates,  # an iterator or async iterator is right, a coroutine is neither
        status_code: int = 200,
        headers: Any = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None: ...

class FileResponse(Response):
    def __init__(self, path: Inspects, status_code: int = 200, headers: Any = None, **options: Any) -> None: ...
