# The synchronous driver of MySQL.

from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import DatabaseName, Host, Password, User
from pymysql.cursors import Cursor

@role.sync_database
class Connection:
    @role.blocks
    def __init__(
        self,
        *,
        host: Host = None,
        user: User = None,
        password: Password = "",
        database: DatabaseName = None,
        db: DatabaseName = None,
        **kwargs: Any,
    ) -> None: ...
    def __enter__(self) -> Connection: ...
    def __exit__(self, *exc_info: Any) -> None: ...
    def cursor(self, cursor: Any = None) -> Cursor: ...
    @role.blocks
    def commit(self) -> None: ...
    @role.blocks
    def rollback(self) -> None: ...
    @role.blocks
    def query(self, sql: Any, unbuffered: bool = False) -> Any: ...
    @role.blocks
    def ping(self, reconnect: Any = ...) -> None: ...
    def close(self) -> None: ...
