from collections.abc import Iterator
from typing import Any

import pytest

from tenants.outbound.client import pools
from tenants.tests.outbound.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()
    pools.forget()


@pytest.fixture
def allowed(server: Server, settings: Any) -> Server:
    """The server, which this installation allows to be asked."""
    settings.OUTBOUND_NETWORKS = [f"127.0.0.1:{server.port}"]
    return server
