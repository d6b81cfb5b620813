from typing import Any

from asyncdb_lint.drivers.roles import CallsByKind

class BackgroundTask:
    def __init__(self, func: CallsByKind, *args: Any, **kwargs: Any) -> None: ...

class BackgroundTasks(BackgroundTask):
    def __init__(self, tasks: Any = None) -> None: ...
    def add_task(self, func: CallsByKind, *args: Any, **kwargs: Any) -> None: ...
