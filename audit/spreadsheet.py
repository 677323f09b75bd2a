"""Text for a file that people open with a spreadsheet: nothing in it runs."""

import re

BYTE_ORDER_MARK = "\ufeff"  # Excel reads UTF-8 only where a file says so
# What a spreadsheet takes for a formula: at the start, also behind quotes and blanks, and where it may split at a `;`.
_FORMULA = re.compile(r"""^(?=[\s'";]*[=+\-@＝＋－＠]|[\t\r\n])|(?<=;)(?=["']?[=+\-@＝＋－＠])""")


def disarmed(text: str) -> str:
    """The text, with a `'` before what would run."""
    return _FORMULA.sub("'", text)
