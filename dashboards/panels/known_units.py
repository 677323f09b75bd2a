"""The units a document may name: the prefixes each has, what stands before and behind the number, and other names for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dashboards.panels.durations import UNITS as DURATIONS


@dataclass(frozen=True, slots=True)
class Step:
    """One prefix of a unit: from `starts_at` upwards, numbers are divided by `size`."""

    starts_at: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """`before` stands in front of the number, `steps` and `after` behind it; `is_close` without a space.

    A number is multiplied by `factor` first. `decimals` are those of a broken number where a document does not say how many.
    """

    steps: tuple[Step, ...] = (Step(0, 1, ""),)
    before: str = ""
    after: str = ""
    is_close: bool = False
    factor: int = 1
    decimals: int | None = None

    @property
    def base(self) -> Step:
        """The step without a prefix."""
        return next(step for step in self.steps if step.size == 1)


def _steps(*texts: str, base: int = 1_000, first: float | None = None) -> tuple[Step, ...]:
    starts = [0.0, first or base, *(base**power for power in range(2, len(texts)))]
    return tuple(Step(start, base**power, text) for power, (start, text) in enumerate(zip(starts, texts, strict=True)))


def _counted(name: str) -> Unit:
    """A number of things: whole up to 10,000, then 12.3 k req/s."""
    return Unit(_steps(name, *(f"{prefix} {name}" for prefix in ("k", "M", "bn", "tn")), first=10_000))


def _si(name: str) -> Unit:
    """With the prefixes of the International System of Units, from pico to exa."""
    powers = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
    sizes = [(float(f"1e{power}"), f"{prefix}{name}") for power, prefix in powers.items()]
    return Unit(tuple(Step(size if place else 0.0, size, text) for place, (size, text) in enumerate(sizes)))


_SHORT = _steps("", "k", "M", "bn", "tn", first=10_000)
_DECIMAL, _BINARY = ("", "k", "M", "G", "T", "P", "E"), ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_AMOUNTS = {"bytes": "B", "bits": "bit", "bytes/s": "B/s", "bits/s": "bit/s"}
_BEFORE = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹", "THB": "฿", "KRW": "₩", "TRY": "₺", "ILS": "₪",
           "BRL": "R$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "MXN": "MX$", "SGD": "S$", "HKD": "HK$", "ZAR": "R", "NGN": "₦",
           "PHP": "₱", "VND": "₫", "UAH": "₴", "BTC": "₿", "CHF": "CHF "}  # fmt: skip
_BEHIND = {"SEK": "kr", "NOK": "kr", "DKK": "kr", "ISK": "kr", "PLN": "zł", "CZK": "Kč", "HUF": "Ft", "RUB": "₽", "RON": "lei",
           "BGN": "лв", "AED": "AED", "SAR": "SAR"}  # fmt: skip
_WITHOUT_CENTS = {"JPY", "KRW", "VND", "ISK", "HUF"}
_THINGS = {"requests": "req", "operations": "ops", "reads": "rd", "writes": "wr", "queries": "queries", "rows": "rows",
           "messages": "msg", "events": "events", "packets": "packets", "errors": "errors", "io": "io",
           "transactions": "tx"}  # fmt: skip
_MEASURES = {"hertz": "Hz", "watts": "W", "watt_hours": "Wh", "volts": "V", "volt_amperes": "VA", "amperes": "A", "ohms": "Ω",
             "joules": "J", "farads": "F", "pascals": "Pa", "newtons": "N", "metres": "m", "grams": "g",
             "litres": "L"}  # fmt: skip


def _amounts() -> Iterator[tuple[str, Unit]]:
    """Bytes and bits, by the thousand and, as `bytes_iec`, by 1,024; and values that are given in MB or MiB already."""
    for name, sign in _AMOUNTS.items():
        what, _, rate = name.partition("/")
        iec = f"{what}_iec/{rate}" if rate else f"{what}_iec"
        yield name, Unit(_steps(*(f"{prefix}{sign}" for prefix in _DECIMAL)))
        yield iec, Unit(_steps(*(f"{prefix}{sign}" for prefix in _BINARY), base=1_024))
    for prefixes, base in ((_DECIMAL, 1_000), (_BINARY, 1_024)):
        steps = _steps(*(f"{prefix}B" for prefix in prefixes), base=base)
        yield from ((f"{prefix}B", Unit(steps, factor=base**power)) for power, prefix in enumerate(prefixes) if 0 < power < 5)


def _currencies() -> Iterator[tuple[str, Unit]]:
    for code, sign in _BEFORE.items():
        yield code, Unit(_SHORT, before=sign, is_close=True, decimals=0 if code in _WITHOUT_CENTS else 2)
    for code, sign in _BEHIND.items():
        yield code, Unit(_counted(sign).steps, decimals=0 if code in _WITHOUT_CENTS else 2)


UNITS: dict[str, Unit] = {
    "": Unit(),
    "none": Unit(),
    "short": Unit(_SHORT, is_close=True),
    "percent": Unit(after="%"),
    "percent_unit": Unit(after="%", factor=100),
    "celsius": Unit(after="°C"),
    "fahrenheit": Unit(after="°F"),
    "kelvin": Unit(after="K"),
    "degrees": Unit(after="°", is_close=True),
    **dict(_amounts()),
    **dict(_currencies()),
    **{f"{name}/s": _counted(f"{sign}/s") for name, sign in _THINGS.items()},
    **{f"{name}/min": _counted(f"{sign}/min") for name, sign in _THINGS.items()},
    **{name: _si(sign) for name, sign in _MEASURES.items()},
}
# Signs, and the names that Grafana's dashboards have for the same. Its `bytes` are `bytes_iec` here.
ALIASES = {
    "%": "percent", "percentunit": "percent_unit", "B": "bytes", "decbytes": "bytes", "B/s": "bytes/s", "Bps": "bytes/s",
    "binBps": "bytes_iec/s", "bit/s": "bits/s", "bps": "bits/s", "binbps": "bits_iec/s", "decbits": "bits",
    "req/s": "requests/s", "reqps": "requests/s", "reqpm": "requests/min", "ops": "operations/s", "ops/s": "operations/s",
    "opm": "operations/min", "iops": "io/s", "rps": "reads/s", "wps": "writes/s", "msg/s": "messages/s",
    "°C": "celsius", "°F": "fahrenheit", "K": "kelvin", "degree": "degrees", "Hz": "hertz", "watt": "watts", "W": "watts",
    "watth": "watt_hours", "volt": "volts", "V": "volts", "voltamp": "volt_amperes", "amp": "amperes", "ohm": "ohms",
    "joule": "joules", "farad": "farads", "lengthm": "metres", "massg": "grams", "litre": "litres", "dtdurations": "s",
    "dtdurationms": "ms", **{f"currency{code}": code for code in (*_BEFORE, *_BEHIND)},
}  # fmt: skip


@lru_cache(maxsize=2_048)
def unit_of(name: str) -> Unit:
    """A unit by its name or sign. `prefix:…`, `suffix:…`, `si:…` and `count:…` say what to do with a text of one's own.

    Any other text is a unit that stands behind the number as it is.
    """
    known = UNITS.get(ALIASES.get(name, name))
    if known is not None:
        return known
    kind, _, text = name.partition(":")
    match kind if text else "":
        case "prefix":
            return Unit(before=text, is_close=True)
        case "suffix":
            return Unit(after=text)
        case "si":
            return _si(text)
        case "count":
            return _counted(text)
    return Unit(after=name)


@lru_cache(maxsize=2_048)
def duration_of(name: str) -> str:
    """The name of the length of time that a unit is; empty where it is none."""
    name = ALIASES.get(name, name)
    return name if name in DURATIONS else ""
