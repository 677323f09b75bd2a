"""Lengths of time as people read them: 340 µs, 1.2 s, 2 h 5 min, 1 y 30 d. A year has 365 days."""

UNITS = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "seconds": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0,
         "w": 604_800.0, "y": 31_536_000.0, "nanoseconds": 1e-9, "microseconds": 1e-6, "milliseconds": 1e-3, "minutes": 60.0,
         "hours": 3_600.0, "days": 86_400.0, "weeks": 604_800.0, "years": 31_536_000.0}  # fmt: skip
MOST_WITH_A_REST = 1_000  # of a thousand years nobody asks how many days more
_SMALL = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_LONG = (("y", 31_536_000, "d", 86_400), ("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))


def format_duration(value: float, unit: str, decimals: int | None = None) -> tuple[str, str]:
    """The number and its unit: one unit below a minute, the two largest above (`2 h 5 min`, with nothing behind)."""
    seconds = value * UNITS[unit]
    sign, size = ("-" if seconds < 0 else ""), abs(seconds)
    if size < 59.95:
        length, name = next((step for step in _SMALL if size >= step[0] * 0.9995), _SMALL[-1] if size else _SMALL[0])
        text = f"{size / length:.{decimals}f}" if decimals is not None else f"{size / length:.3g}" if size >= 1e-12 else "0"
        return (f"{sign}{text}" if text.strip("0.") else text), name
    whole = round(size)
    name, length, smaller, part = next((step for step in _LONG if whole >= step[1]), _LONG[-1])
    rest = whole % length // part if whole < MOST_WITH_A_REST * length else 0
    text = f"{sign}{whole // length:,} {name}" + (f" {rest} {smaller}" if rest else "")
    return text, ""
