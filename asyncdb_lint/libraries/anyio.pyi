from typing import Any

from anyio.abc import TaskGroup
from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import CallsAndAwaits

@role.runs_event_loop
def run(func: CallsAndAwaits, *args: Any, backend: str = "asyncio", backend_options: Any = None) -> Any: ...
def create_task_group() -> TaskGroup: ...
@role.slow
async def sleep(delay: float) -> None: ...
