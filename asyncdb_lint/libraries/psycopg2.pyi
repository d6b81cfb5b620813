# The synchronous driver of PostgreSQL; its classes are in psycopg2.extensions.

from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import URL, DatabaseName, Host, Password, User
from psycopg2.extensions import connection

@role.blocks
def connect(
    dsn: URL = None,
    connection_factory: Any = None,
    cursor_factory: Any = None,
    *,
    host: Host = None,
    user: User = None,
    password: Password = None,
    database: DatabaseName = None,
    dbname: DatabaseName = None,
    **kwargs: Any,
) -> connection: ...
