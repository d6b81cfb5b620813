from typing import Any

from asyncdb_lint.drivers.roles import Inspects

def jsonable_encoder(
    obj: Inspects, include: Any = None, exclude: Any = None, by_alias: bool = True, **options: Any
) -> Any: ...
