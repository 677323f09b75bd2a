"""What is done once models are known: changes of dashboards are told to the audit and to what is kept of them."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        from audit.changes import watch
        from dashboards.models import Annotation, Dashboard, Panel, Placement, SavedTemplate
        from dashboards.places import forget_places
        from dashboards.sources_used import uses
        from datasources.uses import finders
        from tenants.known import forget_on_change

        finders.append(uses)
        for model in (Dashboard, Panel, Placement):
            forget_on_change(model, lambda _: forget_places())
        follows = ["version", "updated_at", "updated_by", "changed_by", "changed_through", "managed_version"]
        watch(Panel, ignored=follows, tenant=lambda panel: panel.tenant)
        watch(Dashboard, ignored=follows, tenant=lambda dashboard: dashboard.tenant)
        watch(Annotation, ignored=["updated_at"], tenant=lambda annotation: annotation.tenant)
        watch(SavedTemplate, ignored=follows, tenant=lambda template: template.tenant)
        watch(Placement, tenant=lambda placement: placement.dashboard.tenant)
