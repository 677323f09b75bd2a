"""The values of one statement, numbered as they are met."""

from typing import Any


class Parameters:
    def __init__(self) -> None:
        self.values: list[Any] = []
        self._named: dict[str, str] = {}

    def add(self, value: Any, *, name: str | None = None) -> str:
        """Bind a value; answers how the statement names it. A named one is bound once."""
        if name is not None and name in self._named:
            return self._named[name]
        self.values.append(value)
        place = f"${len(self.values)}"
        if name is not None:
            self._named[name] = place
        return place
