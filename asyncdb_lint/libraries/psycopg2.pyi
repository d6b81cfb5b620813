# The synchronous driver of PostgreSQL; its classes are in psycopg2.extensions.

from typing import Any

from asyncdb_lint.drivers import roles as role
from psycopg2.extensions import connection

@role.blocks
def connect(dsn: Any = None, connection_factory: Any = None, cursor_factory: Any = None, **kwargs: Any) -> connection: ...
