# The synchronous engine; what builds statements is not here.

from typing import Any

from asyncdb_lint.drivers.roles import URL
from sqlalchemy.engine import Connection as Connection
from sqlalchemy.engine import Engine as Engine

def create_engine(url: URL, **kwargs: Any) -> Engine: ...
