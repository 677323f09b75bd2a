import pytest
from django.core.exceptions import ImproperlyConfigured

from paneldash.environment import byte_count, seconds


@pytest.mark.parametrize(
    ("text", "meant"),
    [("5m", 300), ("30s", 30), ("1h", 3600), ("90", 90), ("250ms", 0.25), ("1.5m", 90), ("2d", 172_800)],
)
def test_duration_is_read_with_its_unit(monkeypatch: pytest.MonkeyPatch, text: str, meant: float) -> None:
    monkeypatch.setenv("A_DURATION", text)
    assert seconds("A_DURATION", default="1s") == meant


@pytest.mark.parametrize("text", ["", "m", "5 weeks", "-3s", "1e3", "5m30s"])
def test_nonsense_duration_names_the_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("A_DURATION", text)
    with pytest.raises(ImproperlyConfigured, match="A_DURATION"):
        seconds("A_DURATION", default="1s")


@pytest.mark.parametrize(("text", "meant"), [("32 MB", 32_000_000), ("1GB", 10**9), ("4096", 4096), ("16kB", 16_000)])
def test_size_is_read_with_its_unit(monkeypatch: pytest.MonkeyPatch, text: str, meant: int) -> None:
    monkeypatch.setenv("A_SIZE", text)
    assert byte_count("A_SIZE", default="1") == meant
