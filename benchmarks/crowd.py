"""Many tenants that all lead to PgBouncer, their viewers, and those tenants that die."""

import random
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from benchmarks.installation import READER, free_port
from benchmarks.scene import make_board, path, sign_in
from tenants.models import Membership, Role, Tenant, User

TENANTS_A_VIEWER = 20


def make_tenants(names: Sequence[str], password: str, port: int) -> list[Tenant]:
    made = []
    for name in names:
        where = {"host": "127.0.0.1", "port": port, "database": name, "user": READER, "sslmode": "disable"}
        tenant = Tenant.objects.create(slug=name, name=name, **where)
        tenant.set_password(password)
        tenant.save()
        made.append(tenant)
    return made


def make_viewers(tenants: Sequence[Tenant], panels: Sequence[str], count: int) -> list[tuple[str, list[int]]]:
    """Viewers of a dashboard with these panels, each at some tenants; their session keys, and their tenants by number."""
    make_board(panels)
    made, chance = [], random.Random(11)
    for number in range(count):
        user = User.objects.create(email=f"viewer-{number}@example.com")
        seen = chance.sample(range(len(tenants)), min(len(tenants), TENANTS_A_VIEWER))
        Membership.objects.bulk_create(Membership(user=user, tenant=tenants[one], role=Role.VIEWER) for one in seen)
        made.append((sign_in(user), seen))
    return made


@contextmanager
def dying(names: Sequence[str]) -> Iterator[None]:
    """While it lasts, every other one's port is closed, and the others' takes connections and never speaks."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as silent:
        for some, port in ((names[::2], free_port()), (names[1::2], silent.getsockname()[1])):
            for tenant in Tenant.objects.filter(slug__in=some):
                tenant.port = port
                tenant.save()
        yield


def moving(now: datetime) -> Callable[[str, int], str]:
    """The addresses of panels, whose range moves on with the clock, within the data there is; for no panel, the page's."""
    started, start = monotonic(), now - timedelta(hours=1)

    def address(panel: str, tenant: int) -> str:
        if not panel:
            return f"/t/tenant-{tenant:03}/d/bench/"
        return path(panel, start + timedelta(seconds=monotonic() - started), tenant)

    return address
