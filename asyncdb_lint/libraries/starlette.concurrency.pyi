from collections.abc import AsyncIterator
from typing import Any

from asyncdb_lint.drivers.roles import CallsPlain, Inspects

async def run_in_threadpool(func: CallsPlain, *args: Any, **kwargs: Any) -> Any: ...
def iterate_in_threadpool(iterator: Inspects) -> AsyncIterator[Any]: ...
