from typing import Any

from asyncdb_lint.drivers import roles as role

@role.injects
class Provide:
    @classmethod
    def __class_getitem__(cls, item: Any) -> Any: ...

@role.injects
class Closing:
    @classmethod
    def __class_getitem__(cls, item: Any) -> Any: ...

def inject(fn: Any) -> Any: ...
