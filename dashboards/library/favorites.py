"""What a person likes to have at hand, in each tenant."""

from typing import Any

from django.db.models import Exists, OuterRef

from dashboards.library.favorite import Favorite
from dashboards.models import Dashboard
from dashboards.viewer import Viewer


def favorite_of(viewer: Viewer) -> Exists:
    """Whether a dashboard of a query is a viewer's favourite, for `annotate`."""
    return Exists(Favorite.objects.filter(user=viewer.user_id, tenant=viewer.tenant, dashboard=OuterRef("pk")))


def set_favorite(viewer: Viewer, dashboard: Dashboard, *, is_favorite: bool) -> None:
    """Make it one, or not any more; whichever it was. The dashboard is one that the viewer sees."""
    mine: dict[str, Any] = {"user_id": viewer.user_id, "tenant": viewer.tenant, "dashboard": dashboard}
    if is_favorite:
        Favorite.objects.get_or_create(**mine)
    else:
        Favorite.objects.filter(**mine).delete()
