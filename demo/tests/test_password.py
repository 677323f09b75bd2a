"""The demo's accounts have a password, or there are none."""

import pytest
from django.core.management import CommandError, call_command

from tenants.models import User


@pytest.mark.parametrize("password", ["", "short"])
@pytest.mark.django_db
def test_no_demo_without_a_password(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("PANELDASH_DEMO_PASSWORD", password)
    with pytest.raises(CommandError, match="PANELDASH_DEMO_PASSWORD"):
        call_command("demo")
    assert not User.objects.exists()
