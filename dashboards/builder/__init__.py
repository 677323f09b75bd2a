"""Building a dashboard: its document changed in place, panels shown as they will be, saved through the JSON API."""
