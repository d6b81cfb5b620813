# Requests over the network.

from typing import Any

from asyncdb_lint.drivers import roles as role

@role.blocks
def urlopen(url: Any, data: Any = None, timeout: Any = ..., **kwargs: Any) -> Any: ...
@role.blocks
def urlretrieve(url: Any, filename: Any = None, reporthook: Any = None, data: Any = None) -> Any: ...
