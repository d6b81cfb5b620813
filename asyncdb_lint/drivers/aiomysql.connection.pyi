from aiomysql import Connection as Connection
from aiomysql import connect as connect
