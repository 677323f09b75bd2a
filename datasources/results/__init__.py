"""Shared results: one place between a refresh and a source. Whoever asks second gets the first one's answer."""

from datasources.results.fetch import Result, fetch, forget_results, known

__all__ = ["Result", "fetch", "forget_results", "known"]
