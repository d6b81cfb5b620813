from types import TracebackType
from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import CallsAndAwaits

class TaskGroup:
    @role.own_task
    def start_soon(self, func: CallsAndAwaits, *args: Any, name: object = None) -> None: ...
    @role.own_task
    async def start(self, func: CallsAndAwaits, *args: Any, name: object = None) -> Any: ...
    async def __aenter__(self) -> TaskGroup: ...
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None: ...
