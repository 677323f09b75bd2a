"""The panel types. A new one is a module here, with a template of its name; nothing else names it."""

from importlib import import_module
from pkgutil import iter_modules

from dashboards.panels.base import PanelType


def _found() -> dict[str, PanelType]:
    """Every module here that defines a PANEL_TYPE, by its name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    types = [module.PANEL_TYPE for module in modules if hasattr(module, "PANEL_TYPE")]
    return {kind.name: kind for kind in types}


PANEL_TYPES: dict[str, PanelType] = _found()
