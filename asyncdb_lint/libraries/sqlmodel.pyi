# SQLModel's session is SQLAlchemy's with one more method.

from typing import Any

from asyncdb_lint.drivers import roles as role
from sqlalchemy import create_engine as create_engine
from sqlalchemy.orm import Session as _Session

@role.sync_database
class Session(_Session):
    def __init__(self, bind: Any = None, **kwargs: Any) -> None: ...
    def __enter__(self) -> Session: ...
    @role.blocks
    def exec(self, statement: Any) -> Any: ...
