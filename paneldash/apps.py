from django.apps import AppConfig


class PanelDashConfig(AppConfig):
    name = "paneldash"

    def ready(self) -> None:
        from paneldash import checks  # noqa: F401  registers them
