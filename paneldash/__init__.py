"""Wiring: settings, URLs, the embedded PostgreSQL, health and metrics. Nothing imports this package."""

__version__ = "0.1.0"
