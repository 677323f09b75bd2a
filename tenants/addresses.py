"""E-mail addresses that somebody else vouches for: the same in capitals, and never another person's that only looks alike."""

import string

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def in_small_letters(email: str) -> str | None:
    """The address as accounts have it; None where a letter beyond ASCII would turn into another one.

    Python's `lower` makes the Kelvin sign (U+212A) a plain k: an address with it is a different mailbox.
    """
    small = email.translate(_SMALL)
    return small if small == small.lower() else None
