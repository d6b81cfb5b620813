from databases import Connection as Connection
from databases import Database as Database
from databases import DatabaseURL as DatabaseURL
from databases import Record as Record
from databases import Transaction as Transaction
