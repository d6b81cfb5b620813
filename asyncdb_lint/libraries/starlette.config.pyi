# Settings read from the environment or from a file of settings, with defaults in the source.

from typing import Any

from asyncdb_lint.drivers import roles as role

class Config:
    def __init__(
        self, env_file: Any = None, environ: Any = ..., env_prefix: str = "", encoding: str = "utf-8"
    ) -> None: ...
    @role.reads_environment
    def __call__(self, key: str, cast: Any = None, default: Any = ...) -> Any: ...
    @role.reads_environment
    def get(self, key: str, cast: Any = None, default: Any = ...) -> Any: ...
