# What `databases` 0.9 hands to the driver behind each scheme. A scheme that is not listed counts without what follows
# its `+`. `in_url` is all that is read of a URL's query: what it does not name is dropped without a word. `as_keywords`
# is what the driver takes from `Database(...)`, with its defaults: what it does not name raises a TypeError.
# They are no members of these classes but the signatures of the functions that the drivers connect with.

from typing import Any, Literal

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import FileName, Replaces

@role.backend
class PostgresBackend:
    driver: Literal["asyncpg"]
    schemes: Literal["postgresql", "postgres"]
    def in_url(
        self,
        *,
        min_size: int = 10,
        max_size: Replaces[Literal["pool_size", "maxsize", "max_connections"]] = 10,
        ssl: Replaces[Literal["sslmode"]] = ...,
        host: str = ...,
        unix_sock: str = ...,
    ) -> None: ...
    def as_keywords(
        self,
        *,
        init_size: Any = ...,
        min_size: Replaces[Literal["minsize", "min_connections", "minconn"]] = 10,
        max_size: Replaces[Literal["pool_size", "maxsize", "max_connections", "maxconn"]] = 10,
        max_queries: int = 50_000,
        max_inactive_connection_lifetime: Replaces[Literal["pool_recycle"]] = 300.0,
        connect: Any = ...,
        setup: Any = ...,
        init: Any = ...,
        reset: Any = ...,
        loop: Any = ...,
        connection_class: Any = ...,
        record_class: Any = ...,
        dsn: Any = ...,
        host: Any = ...,
        port: Any = ...,
        user: Any = ...,
        password: Any = ...,
        passfile: Any = ...,
        service: Any = ...,
        servicefile: Any = ...,
        database: Any = ...,
        timeout: Replaces[Literal["connect_timeout", "pool_timeout"]] = 60,
        statement_cache_size: Replaces[Literal["prepared_statement_cache_size"]] = 100,
        max_cached_statement_lifetime: int = 300,
        max_cacheable_statement_size: int = 15_360,
        command_timeout: Any = ...,
        ssl: Replaces[Literal["sslmode"]] = ...,
        direct_tls: Any = ...,
        server_settings: Replaces[Literal["application_name", "options", "search_path"]] = ...,
        target_session_attrs: Any = ...,
        krbsrvname: Any = ...,
        gsslib: Any = ...,
    ) -> None: ...

@role.backend
class AiopgBackend:
    driver: Literal["aiopg"]
    schemes: Literal["postgresql+aiopg"]
    def in_url(
        self,
        *,
        min_size: int = 1,
        max_size: Replaces[Literal["pool_size", "maxsize"]] = 10,
        ssl: bool = ...,
        host: str = ...,
        unix_sock: str = ...,
    ) -> None: ...
    # What it does not know goes on to libpq, which knows a great deal.
    def as_keywords(
        self, *, min_size: int = 1, max_size: int = 10, minsize: int = 1, maxsize: int = 10, **libpq: Any
    ) -> None: ...

@role.backend
class MySQLBackend:
    driver: Literal["aiomysql"]
    schemes: Literal["mysql"]
    def in_url(
        self,
        *,
        min_size: int = 1,
        max_size: Replaces[Literal["pool_size", "maxsize"]] = 10,
        pool_recycle: int = -1,
        ssl: bool = ...,
        unix_socket: str = ...,
        host: str = ...,
        unix_sock: str = ...,
    ) -> None: ...
    def as_keywords(
        self,
        *,
        min_size: int = 1,
        max_size: Replaces[Literal["pool_size", "max_connections"]] = 10,
        minsize: int = 1,
        maxsize: int = 10,
        echo: bool = False,
        pool_recycle: int = -1,
        loop: Any = ...,
        host: Any = ...,
        user: Any = ...,
        password: Any = ...,
        db: Any = ...,
        port: Any = ...,
        unix_socket: Any = ...,
        charset: Any = ...,
        sql_mode: Any = ...,
        read_default_file: Any = ...,
        conv: Any = ...,
        use_unicode: Any = ...,
        client_flag: Any = ...,
        cursorclass: Any = ...,
        init_command: Any = ...,
        connect_timeout: Replaces[Literal["timeout", "pool_timeout"]] = ...,
        read_default_group: Any = ...,
        autocommit: Any = ...,
        local_infile: Any = ...,
        ssl: Replaces[Literal["ssl_mode", "sslmode"]] = ...,
        auth_plugin: Any = ...,
        program_name: Any = ...,
        server_public_key: Any = ...,
    ) -> None: ...

@role.backend
class AsyncMyBackend:
    driver: Literal["asyncmy"]
    schemes: Literal["mysql+asyncmy"]
    def in_url(
        self,
        *,
        min_size: int = 1,
        max_size: Replaces[Literal["pool_size", "maxsize"]] = 10,
        pool_recycle: int = -1,
        ssl: bool = ...,
        unix_socket: str = ...,
        host: str = ...,
        unix_sock: str = ...,
    ) -> None: ...
    def as_keywords(
        self, *, min_size: int = 1, max_size: int = 10, minsize: int = 1, maxsize: int = 10, **connect: Any
    ) -> None: ...

@role.backend
class SQLiteBackend:
    driver: Literal["aiosqlite"]
    schemes: Literal["sqlite"]
    def in_url(self, **query: FileName) -> None: ...
    def as_keywords(
        self,
        *,
        timeout: float = 5.0,
        detect_types: int = 0,
        check_same_thread: bool = True,
        factory: Any = ...,
        cached_statements: int = 128,
        uri: bool = False,
        autocommit: Any = ...,
        iter_chunk_size: int = 64,
        loop: Any = ...,
    ) -> None: ...
