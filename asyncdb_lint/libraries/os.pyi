# The environment: what is read from it is decided where the program runs, its default in the source.

from typing import Any

from asyncdb_lint.drivers import roles as role

class _Environ:
    @role.reads_environment
    def get(self, key: str, default: Any = None) -> Any: ...

environ: _Environ

@role.reads_environment
def getenv(key: str, default: Any = None) -> Any: ...
