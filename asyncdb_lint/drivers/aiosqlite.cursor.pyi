from aiosqlite import Cursor as Cursor
