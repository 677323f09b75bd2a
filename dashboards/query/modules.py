"""The files of the editor's script, which the page names ahead."""

MODULES = tuple(
    f"vendor/codemirror/{name}.js"
    for name in (
        *("state", "view", "language", "streamparser", "commands", "autocomplete", "lang-sql", "lint"),
        *("lezer-common", "lezer-highlight", "lezer-lr", "style-mod", "w3c-keyname", "crelt", "find-cluster-break"),
    )
)
