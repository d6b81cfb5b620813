from typing import Any

from asyncdb_lint.drivers.roles import CallsPlain

async def run_sync(func: CallsPlain, *args: Any, abandon_on_cancel: bool = False, limiter: Any = None) -> Any: ...
