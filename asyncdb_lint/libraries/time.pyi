# The clock that a whole thread waits for.

from asyncdb_lint.drivers import roles as role

@role.blocks
@role.sleeps
def sleep(seconds: float, /) -> None: ...
