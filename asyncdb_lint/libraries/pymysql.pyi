# The synchronous driver of MySQL; `connect` is the class of connections.

from pymysql.connections import Connection as Connection
from pymysql.connections import Connection as connect
