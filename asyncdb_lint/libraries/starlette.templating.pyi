from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import Inspects

class Jinja2Templates:
    # Older releases take the name first and the context second, so both may hold what is rendered.
    @role.response
    def TemplateResponse(
        self,
        request: Any,
        name: Inspects,
        context: Inspects = None,
        status_code: int = 200,
        headers: Any = None,
        media_type: str | None = None,
        background: Any = None,
    ) -> Any: ...
    def get_template(self, name: str) -> Any: ...
