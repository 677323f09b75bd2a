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
