# `async with`, or `start()` and one of the others. Nothing is begun before.

from typing import Any

from asyncdb_lint.drivers import roles as role

@role.bare_transaction
class Transaction:
    @role.starts
    async def __aenter__(self) -> None: ...
    @role.commits
    @role.rolls_back
    async def __aexit__(self, extype: Any, ex: Any, tb: Any) -> None: ...
    @role.starts
    async def start(self) -> None: ...
    @role.commits
    async def commit(self) -> None: ...
    @role.rolls_back
    async def rollback(self) -> None: ...
