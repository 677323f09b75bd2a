"""A process of its own that calls the API with a token: `python -m tenants.tests.tokens.asker (ask|revoke) …`.

`ask` takes the token on standard input and writes a line whenever the status changes; `revoke` revokes every token there is.
"""

import sys
import time

import django

django.setup()

from django.test import Client  # noqa: E402

from tenants.models import ApiToken  # noqa: E402
from tenants.tokens.making import revoke_token  # noqa: E402

ASK_EVERY_SECONDS = 0.05
GIVEN_UP_AFTER_SECONDS = 60


def ask() -> None:
    token, last = sys.stdin.readline().strip(), 0
    gives_up_at = time.monotonic() + GIVEN_UP_AFTER_SECONDS
    while time.monotonic() < gives_up_at and last != 401:
        response = Client().get("/api/v1/tenants", headers={"Authorization": f"Bearer {token}", "Host": "localhost"})
        if response.status_code != last:
            last = response.status_code
            print(last, flush=True)
        time.sleep(ASK_EVERY_SECONDS)


def revoke() -> None:
    for token in ApiToken.objects.all():
        revoke_token(token)
    print("revoked", flush=True)


if __name__ == "__main__":
    {"ask": ask, "revoke": revoke}[sys.argv[1]]()
