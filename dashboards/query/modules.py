"""The files of the editor's script, which a page names ahead: asked for at once, and not one after the other."""


def _named(*names: str) -> tuple[str, ...]:
    return tuple(f"vendor/codemirror/{name}.js" for name in names)


EDITOR = _named(
    *("state", "view", "language", "streamparser", "commands", "autocomplete"),
    *("lezer-common", "lezer-highlight", "style-mod", "w3c-keyname", "crelt", "find-cluster-break"),
)
OF_SQL = _named("lang-sql", "lezer-lr")
OF_MISTAKES = _named("lint")  # asked for when there is one


def modules_for(language: str) -> tuple[str, ...]:
    """Those of a text in that language; none for no text."""
    if not language:
        return ()
    return (*EDITOR, *OF_SQL) if language == "sql" else EDITOR
