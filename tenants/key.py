"""What names a database of a tenant's within this program."""

from typing import NamedTuple


class Key(NamedTuple):
    """Which database: the tenant's row, and 0 for its own, or the row of what describes another one."""

    tenant: int
    which: int = 0
