from aiosqlite import Connection as Connection
from aiosqlite import connect as connect
