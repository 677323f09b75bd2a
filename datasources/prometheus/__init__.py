"""Prometheus, and what speaks as it does: VictoriaMetrics, Thanos, Mimir."""
