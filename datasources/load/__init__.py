"""What is asked of tenants' databases, minute by minute, over all workers of all hosts: what the page *Load* shows."""

from datasources.load.counting import load
from datasources.load.reading import Load, read_load

__all__ = ["Load", "load", "read_load"]
