import pytest

from tenants.tokens.secret import digest_of, new_secret, read_secret


def test_a_secret_is_known_by_its_prefix_and_named_by_its_first_part() -> None:
    secret = new_secret()
    shown = read_secret(secret)
    assert shown is not None
    assert secret.startswith(f"pd_{shown.public_id}_")
    assert shown.digest == digest_of(secret)


def test_no_two_are_alike() -> None:
    assert len({new_secret()[14:] for _ in range(1_000)}) == 1_000


def test_a_secret_has_256_bits() -> None:
    assert len(new_secret().split("_", 2)[2]) == 43


@pytest.mark.parametrize(
    "text", ["", "pd_", "pd_0123456789_", "pd_0123456789_" + "a" * 42, "pd_0123456789_" + "a" * 44, "pd_ABCDEF0123_" + "a" * 43]
)
def test_what_is_no_token_is_not_looked_up(text: str) -> None:
    assert read_secret(text) is None


def test_a_line_break_makes_no_token() -> None:
    assert read_secret(new_secret() + "\n") is None
