"""Every URL of the product, with something in the place of its variables."""

import re
from collections.abc import Mapping

from paneldash.tests.test_strangers import patterns

VARIABLE = re.compile(r"<(?:\w+:)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?:[^()]|\[[^]]*\])*\)")


def doors(**values: object) -> list[str]:
    """All paths; a variable without a value of its own is 1."""
    return sorted({"/" + _filled(path, values) for path, _ in patterns()})


def _filled(path: str, values: Mapping[str, object]) -> str:
    plain = VARIABLE.sub(lambda found: str(values.get(found["name"] or found["group"], 1)), path)
    return plain.replace("^", "").replace("$", "")
