"""Panels and dashboards as files: a folder of YAML is read, compared with what is stored, and applied; or written."""
