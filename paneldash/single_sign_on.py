"""OpenID Connect, where it is configured."""

from typing import Any


def openid_connect(*, issuer: str, client_id: str, client_secret: str, name: str) -> dict[str, Any]:
    """allauth's description of one provider; empty without an issuer and a client."""
    if not issuer or not client_id:
        return {}
    app = {
        "provider_id": "oidc",
        "name": name,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
