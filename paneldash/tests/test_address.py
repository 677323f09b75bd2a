"""Where `make run` serves."""

import pytest

from paneldash.address import Address, PortTaken


def test_host_and_port_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "8123")
    assert Address.from_environment().bind == "0.0.0.0:8123"
    assert Address.from_environment().url == "http://127.0.0.1:8123/"


@pytest.mark.parametrize("port", ["abc", "", "-1", "0", "65536", "80 80", "٣"])
def test_a_port_that_no_machine_has_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(PortTaken, match="must be a number from 1 to 65535"):
        Address.from_environment()
