"""The one way out: every request PanelDash makes to an address that somebody entered goes through here.

answer = send(Request("https://prometheus.example.com/api/v1/query", fields=[("query", "up")], seconds=10, most_bytes=32_000_000))
"""

from tenants.outbound.client import Request, Response, send
from tenants.outbound.errors import AddressRefused, NoAnswer, OutboundError, TooLarge, TooSlow
from tenants.outbound.networks import ANYWHERE, Networks
from tenants.outbound.tls import Tls, TlsInvalid

__all__ = [
    "ANYWHERE",
    "AddressRefused",
    "Networks",
    "NoAnswer",
    "OutboundError",
    "Request",
    "Response",
    "Tls",
    "TlsInvalid",
    "TooLarge",
    "TooSlow",
    "send",
]
