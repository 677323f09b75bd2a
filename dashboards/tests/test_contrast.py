"""The colours of static/css/tokens.css keep the contrast that docs/design-system.md promises, in both themes."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
COLOURS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS)
}
GROUNDS = ("canvas", "surface", "sunken")
TONES = ("good", "warning", "critical", "unknown")
TEXT = [(name, ground) for name in ("text", "text-2", "text-3", "brand") for ground in GROUNDS]
TEXT += [("brand", "brand-soft"), ("text", "brand-soft"), ("on-brand", "brand"), ("on-brand", "brand-strong")]
TEXT += [pair for tone in TONES for pair in ((tone, "surface"), (tone, f"{tone}-soft"), ("text", f"{tone}-soft"))]
SHAPES = [("line-strong", "surface"), ("line-strong", "canvas")]
SHAPES += [(f"series-{index}", "surface") for index in range(8)]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), TEXT)
def test_text_has_the_contrast_of_aa(front: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), SHAPES)
def test_lines_and_borders_stand_out(front: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= 3
