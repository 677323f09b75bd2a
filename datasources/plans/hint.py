"""Numbers as hints say them."""


def about(rows: float) -> str:
    return f"about {rows:,.0f} {'row' if round(rows) == 1 else 'rows'}"


def size(count: float) -> str:
    return f"{count / 2**20:,.0f} MB" if count >= 2**20 else f"{max(1, count / 2**10):,.0f} kB"
