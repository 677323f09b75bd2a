"""The kinds of data sources. A new one is a module or package here that defines a SOURCE_KIND; nothing else names it."""

from importlib import import_module
from pkgutil import iter_modules

from datasources.kinds.base import AnyKind


def _found() -> dict[str, AnyKind]:
    """Every module here that defines a SOURCE_KIND, by its name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    kinds = [module.SOURCE_KIND for module in modules if hasattr(module, "SOURCE_KIND")]
    return {kind.name: kind for kind in kinds}


SOURCE_KINDS: dict[str, AnyKind] = _found()
