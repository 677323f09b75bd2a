"""Whether a database's address that somebody other than the operator has entered may be connected to."""

from django.conf import settings

from tenants.outbound.errors import AddressRefused
from tenants.outbound.networks import Networks
from tenants.resolve import HostRefused


def check_entered(address: str | None, port: int) -> None:
    """As of requests, but at any port. A socket folder, None, is this machine's own: never. Raises HostRefused."""
    if address is None:
        raise HostRefused("A socket folder is not for data sources.")
    try:
        Networks.read(settings.OUTBOUND_NETWORKS, [port]).check(address, port)
    except AddressRefused as error:
        raise HostRefused(error.sentence) from error
