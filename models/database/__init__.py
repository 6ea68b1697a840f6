"""The database: its engines, its one transaction per write, its locks."""

from models.database.connection import connect, disconnect, migrate, tortoise_config
from models.database.locking import locked, one_at_a_time
from models.database.transaction import transaction
from models.database.unit import Unit, open_unit

__all__ = [
    "Unit",
    "connect",
    "disconnect",
    "locked",
    "migrate",
    "one_at_a_time",
    "open_unit",
    "tortoise_config",
    "transaction",
]
