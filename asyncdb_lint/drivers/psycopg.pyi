# The asynchronous half of psycopg 3, and the way into the other. Connections, cursors and transactions are entered with
# `async with`; tasks that share a connection wait for one another.

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import SQL, URL, DatabaseName, Host, Password, Rejects, RejectsMembers, User

@role.binds_by_percent
class AsyncConnection:
    @role.opens
    async def __aenter__(self) -> AsyncConnection: ...
    @role.commits
    @role.closes
    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    @classmethod
    @role.opens
    async def connect(
        cls,
        conninfo: URL = "",
        *,
        host: Host = "",
        user: User = "",
        password: Password = "",
        dbname: DatabaseName = "",
        autocommit: Any = False,
        prepare_threshold: Any = 5,
        context: Any = None,
        row_factory: Any = None,
        cursor_factory: Any = None,
        **kwargs: Any,
    ) -> AsyncConnection: ...
    def cursor(
        self,
        name: Any = "",
        *,
        binary: Any = False,
        row_factory: Any = None,
        scrollable: Any = None,
        withhold: Any = False,
    ) -> AsyncCursor: ...
    @role.bare_query
    async def execute(
        self, query: SQL, params: Rejects | RejectsMembers = None, *, prepare: Any = None, binary: Any = False
    ) -> AsyncCursor: ...
    @role.commits
    async def commit(self) -> None: ...
    @role.rolls_back
    async def rollback(self) -> None: ...
    @role.closes
    async def close(self) -> None: ...
    @role.bare_query
    async def set_autocommit(self, value: Any) -> None: ...
    @role.bare_query
    async def set_isolation_level(self, value: Any) -> None: ...
    @role.bare_query
    async def set_read_only(self, value: Any) -> None: ...
    def transaction(
        self, savepoint_name: Any = None, force_rollback: Any = False
    ) -> AsyncTransaction: ...
    def pipeline(self) -> AbstractAsyncContextManager[Any]: ...

@role.binds_by_percent
class AsyncCursor:
    def __init__(self, connection: Any, *, row_factory: Any = None) -> None: ...
    @role.opens
    async def __aenter__(self) -> AsyncCursor: ...
    @role.closes
    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...
    def __aiter__(self) -> Any: ...
    @role.bare_query
    async def execute(
        self, query: SQL, params: Rejects | RejectsMembers = None, *, prepare: Any = None, binary: Any = None
    ) -> AsyncCursor: ...
    @role.bare_query
    async def executemany(self, query: SQL, params_seq: Rejects | RejectsMembers, *, returning: Any = False) -> None: ...
    @role.bare_query
    def stream(self, query: SQL, params: Rejects | RejectsMembers = None, *, binary: Any = None, size: Any = 1) -> AsyncIterator[Any]: ...
    @role.bare_query
    async def fetchone(self) -> Any: ...
    @role.bare_query
    async def fetchmany(self, size: Any = 0) -> list[Any]: ...
    @role.bare_query
    async def fetchall(self) -> list[Any]: ...
    @role.closes
    async def close(self) -> None: ...
    def copy(self, statement: SQL, params: Rejects | RejectsMembers = None, *, writer: Any = None) -> AbstractAsyncContextManager[Any]: ...

class AsyncClientCursor(AsyncCursor): ...
class AsyncServerCursor(AsyncCursor):
    def __init__(
        self, connection: Any, name: Any, *, row_factory: Any = None, scrollable: Any = None, withhold: Any = False
    ) -> None: ...

@role.binds_by_number
class AsyncRawCursor(AsyncCursor): ...

@role.binds_by_number
class AsyncRawServerCursor(AsyncServerCursor): ...

class AsyncTransaction:
    @role.starts
    async def __aenter__(self) -> AsyncTransaction: ...
    @role.commits
    @role.rolls_back
    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None: ...

# What it gives is left unknown: `psycopg.Connection` is what annotations often say where an AsyncConnection is given.
@role.blocks
def connect(
    conninfo: URL = "",
    *,
    host: Host = "",
    user: User = "",
    password: Password = "",
    dbname: DatabaseName = "",
    autocommit: Any = False,
    prepare_threshold: Any = 5,
    context: Any = None,
    row_factory: Any = None,
    cursor_factory: Any = None,
    **kwargs: Any,
) -> Any: ...
