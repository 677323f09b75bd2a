"""`make bench-compare A.json B.json`: the figures of two runs beside each other, and which differ by more than chance."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARGIN = 0.1  # of a figure that was taken without its spread
Run = dict[str, Any]


def main(arguments: list[str]) -> None:
    if len(arguments) != 2:
        raise SystemExit("Two results are compared: make bench-compare A.json B.json")
    for line in compare(*(_read(Path(name)) for name in arguments)):
        print(line)


def compare(before: Run, after: Run) -> Iterator[str]:
    """The lines of the table. Floors differ where the machine was busier: a figure that moved with its floor says little."""
    yield from (f"{letter}: {_about(run)}" for letter, run in (("A", before), ("B", after)))
    yield f"\n{'':<56}{'A':>12}{'B':>12}{'B/A':>8}{'floor B/A':>11}"
    known = {(figure["group"], figure["name"]): figure for figure in before["figures"]}
    for figure in after["figures"]:
        old = known.pop((figure["group"], figure["name"]), None)
        yield _line(old, figure) if old is not None else f"{figure['name'][:55]:<56}{'':>12}{figure['value']:12.2f}  only in B"
    for figure in known.values():
        yield f"{figure['name'][:55]:<56}{figure['value']:12.2f}  only in A"


def verdict(old: dict[str, Any], new: dict[str, Any]) -> str:
    """`better` or `worse` where the middle halves of the samples do not meet. More is better of rates and of what has a least."""
    (old_low, old_high), (new_low, new_high) = _spread(old), _spread(new)
    if new_low <= old_high and old_low <= new_high:
        return ""
    more_is_better = new["unit"].endswith("/s") or new.get("at_least", False)
    return "better" if (new_high < old_low) != more_is_better else "worse"


def _line(old: dict[str, Any], new: dict[str, Any]) -> str:
    ratio, floors = _ratio(old["value"], new["value"]), _ratio(old.get("floor"), new.get("floor"))
    return (
        f"{new['name'][:55]:<56}{old['value']:12.2f}{new['value']:12.2f}{ratio:>8}{floors:>11}"
        f"  {new['unit']:<6} {verdict(old, new)}".rstrip()
    )


def _spread(figure: dict[str, Any]) -> tuple[float, float]:
    if figure.get("spread"):
        low, high = figure["spread"]
        return low, high
    return figure["value"] * (1 - MARGIN), figure["value"] * (1 + MARGIN)


def _ratio(old: float | None, new: float | None) -> str:
    return f"{new / old:.2f}" if old and new is not None else ""


def _about(run: Run) -> str:
    machine = f"{run['cores']} cores, {run['memory_gib']} GiB" if "cores" in run else run.get("machine", "")
    return f"{run.get('commit') or 'unknown commit'}, {run.get('made_at', '')}, Python {run.get('python', '?')}, {machine}"


def _read(file: Path) -> Run:
    try:
        run = json.loads(file.read_text())
        assert isinstance(run["figures"], list)
    except OSError as error:
        raise SystemExit(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise SystemExit(f"{file} holds no results of make bench.") from error
    return run


if __name__ == "__main__":
    main(sys.argv[1:])
