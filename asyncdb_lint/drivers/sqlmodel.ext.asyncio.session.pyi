# SQLModel's session is SQLAlchemy's with one more method.

from typing import Any

from asyncdb_lint.drivers import roles as role
from asyncdb_lint.drivers.roles import SQL, Rejects, RejectsMembers
from sqlalchemy.ext.asyncio import AsyncSession as _AsyncSession

class AsyncSession(_AsyncSession):
    @role.opens
    async def __aenter__(self) -> AsyncSession: ...
    @role.bare_query
    async def exec(self, statement: SQL, *, params: Rejects | RejectsMembers = None, execution_options: Any = ..., **kw: Any) -> Any: ...
