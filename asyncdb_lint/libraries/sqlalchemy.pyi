# The synchronous engine; what builds statements is not here.

from typing import Any

from sqlalchemy.engine import Connection as Connection
from sqlalchemy.engine import Engine as Engine

def create_engine(url: Any, **kwargs: Any) -> Engine: ...
