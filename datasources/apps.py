"""What is done once models are known: changes of sources are told to the audit and to what is kept of them."""

from django.apps import AppConfig


class DatasourcesConfig(AppConfig):
    name = "datasources"
    verbose_name = "Data sources"

    def ready(self) -> None:
        from audit.changes import watch
        from datasources.models import DataSource
        from datasources.rotation import rotate_secrets
        from datasources.sources import forget_sources
        from tenants.known import forget_on_change
        from tenants.rotation import others

        others.append(rotate_secrets)
        forget_on_change(DataSource, lambda _: forget_sources())
        watch(DataSource, secret=["secrets_token"], ignored=["version", "updated_at"], tenant=lambda source: source.tenant)
