"""Colours a document may give, and those of series and statuses that it gives none."""

import re

# Told apart by colour-blind eyes too (docs/design-system.md). The dark theme's twins stand in tokens.css, in this order.
PALETTE = ("#2C5FDD", "#E56D12", "#33A17D", "#BA7ADC", "#115B76", "#862C34", "#896634", "#6122AC")
NAMED = {"good": "#10B981", "warning": "#F59E0B", "critical": "#EF4444", "unknown": "#6B7280"}
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE | re.ASCII)


def read_colour(text: str) -> str:
    """A colour as it may stand in a document. Raises ValueError: it reaches SVG attributes and the charts' layout."""
    if text in NAMED or _HEX.fullmatch(text):
        return text
    raise ValueError(f"must be a colour like #F59E0B, or one of {', '.join(NAMED)}")


def hex_of(colour: str) -> str:
    return NAMED.get(colour, colour)


def opaque(colour: str) -> str:
    """A hex colour without its share of transparency."""
    return colour[: 4 if len(colour) < 7 else 7]


def ink_on(ground: str) -> str:
    """`dark` or `light`: the text that is read better on a colour, at 4.5 to 1 or more."""
    return "dark" if _luminance(ground) > 0.179 else "light"


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour[1:]
    pairs = [digits[at] * 2 for at in range(3)] if len(digits) < 6 else [digits[at : at + 2] for at in (0, 2, 4)]
    parts = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
