"""Which buckets SQL makes, as its macros say."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import MappingProxyType

from datasources.compile.macros import EPOCH_GROUP, Group, interval_word, read_group
from datasources.compile.text import Macro, Replacing, rewrite
from datasources.errors import QueryRefused


class AnyMacro(dict[str, Macro]):
    """A macro for every name: those given, and for all others what `otherwise` makes of the name and the arguments."""

    def __init__(self, otherwise: Callable[[str, list[str]], str], given: Mapping[str, Macro] = MappingProxyType({})) -> None:
        super().__init__(given)
        self._otherwise = otherwise

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Macro:
        return partial(self._otherwise, name)


@lru_cache(maxsize=1_024)
def groups_in(text: str, interval_ms: int | None = None) -> tuple[Group, ...]:
    """Each group of SQL in the order they are written; none where the SQL is not valid. `interval_ms` is `$__interval`."""
    found: list[Group] = []

    def note(arguments: list[str], macro: str) -> str:
        found.append(read_group(arguments, macro=macro))
        return ""

    groups = {f"{macro}{end}": partial(note, macro=macro) for macro in ("timeGroup", EPOCH_GROUP) for end in ("", "Alias")}
    macros = AnyMacro(lambda name, arguments: "", groups)
    try:
        rewrite(text, Replacing(macros, lambda name, format: "", partial(interval_word, interval_ms=interval_ms)))
    except QueryRefused:
        return ()
    return tuple(found)
