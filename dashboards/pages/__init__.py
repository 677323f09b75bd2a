"""The pages of the library: only here, and in dashboards/views.py, HTTP is known."""
