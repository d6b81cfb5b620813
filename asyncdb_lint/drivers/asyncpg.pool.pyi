from asyncpg import Connection
from asyncpg import Pool as Pool
from asyncpg import create_pool as create_pool

# What a pool gives: it hands everything on to the connection that it holds.
class PoolConnectionProxy(Connection): ...
