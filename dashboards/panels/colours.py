"""Colours a document may name, and those of series. Tested for contrast and colour blindness (docs/design-system.md)."""

import re

# The light theme's; their dark twins stand in static/css/tokens.css under the same numbers.
PALETTE = ("#2C5FDD", "#E56D12", "#33A17D", "#BA7ADC", "#115B76", "#862C34", "#896634", "#6122AC")
GOOD, WARNING, CRITICAL, UNKNOWN = "#10B981", "#F59E0B", "#EF4444", "#6B7280"
NAMED = {
    "good": GOOD,
    "warning": WARNING,
    "critical": CRITICAL,
    "unknown": UNKNOWN,
    "green": GOOD,
    "amber": WARNING,
    "red": CRITICAL,
    "grey": UNKNOWN,
    "blue": PALETTE[0],
    "orange": PALETTE[1],
    "teal": PALETTE[2],
    "purple": PALETTE[3],
}
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE | re.ASCII)


def check_colour(text: str) -> str:
    """Answer the text if it is a colour a document may hold. Raises ValueError."""
    if text in NAMED or _HEX.fullmatch(text):
        return text
    raise ValueError(f"must be a colour like #F59E0B or one of {', '.join(NAMED)}")


def hex_of(colour: str) -> str:
    return NAMED.get(colour, colour)


def with_alpha(colour: str, alpha: float) -> str:
    """The colour as `rgba(…)`, for bands that let the chart shine through. Its own alpha, if any, is left out."""
    digits = hex_of(colour)[1:]
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[place : place + 2], 16) for place in (0, 2, 4))
    return f"rgba({red}, {green}, {blue}, {alpha})"
