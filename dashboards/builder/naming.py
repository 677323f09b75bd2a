"""Names for what is added."""

from collections.abc import Collection


def free_name(word: str, taken: Collection[str]) -> str:
    """`variable`, or `variable_2` where there is one."""
    number, name = 1, word
    while name in taken:
        number += 1
        name = f"{word}_{number}"
    return name
