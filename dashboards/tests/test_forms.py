"""Who has a panel or a dashboard: one tenant, all, or chosen ones."""

from typing import Any

import pytest

from dashboards.forms import DashboardForm, PanelForm
from dashboards.models import Dashboard, Panel
from tenants.models import Tenant

TEXT = "{type: kpi, title: Answer, data_source: {sql: SELECT 42 AS value}}"


def form_for(scope: str, tenant: Tenant | None = None, chosen: list[Tenant] | None = None, **fields: Any) -> PanelForm:
    whole = {"slug": "answer", "text": TEXT, "scope": scope, "tenant": tenant and tenant.pk, **fields}
    return PanelForm({**whole, "shared_with": [one.pk for one in chosen or []]})


def saved(form: PanelForm) -> Panel:
    assert form.is_valid(), form.errors
    return form.save()


def test_every_way_of_having_it_can_be_chosen(acme: Tenant) -> None:
    assert form_for("all").is_valid()
    assert form_for("tenant", acme).is_valid()
    assert form_for("chosen", chosen=[acme]).is_valid()


def test_a_way_that_says_nothing_or_too_much_is_refused(acme: Tenant) -> None:
    assert "tenant" in form_for("tenant").errors
    assert "tenant" in form_for("all", acme).errors
    assert "shared_with" in form_for("chosen").errors
    assert "scope" in form_for("everybody").errors


def test_an_id_is_there_once_for_each_who_has_it(acme: Tenant, globex: Tenant) -> None:
    saved(form_for("all"))
    saved(form_for("tenant", acme))
    assert form_for("tenant", globex).is_valid()
    assert not form_for("all").is_valid()
    assert not form_for("chosen", chosen=[acme]).is_valid()
    assert not form_for("tenant", acme).is_valid()


@pytest.mark.parametrize("slug", ["", "A", "a b", "../a", "a" * 64, "ä", "-a", "a/", "*"])
def test_an_id_is_small_letters_digits_and_dashes(acme: Tenant, slug: str) -> None:
    assert "slug" in form_for("all", slug=slug).errors


def test_statistics_are_for_shared_panels_only(acme: Tenant) -> None:
    """The platform's own panels may read some of PostgreSQL's views; a tenant's may not."""
    text = "{type: table, title: Size, data_source: {sql: SELECT relname FROM pg_stat_user_tables}}"
    assert form_for("all", text=text).is_valid()
    assert "text" in form_for("tenant", acme, text=text).errors


@pytest.mark.django_db
def test_a_panels_title_and_type_are_those_of_its_document() -> None:
    panel = saved(form_for("all"))
    assert (panel.title, panel.panel_type) == ("Answer", "kpi")


@pytest.mark.django_db
def test_a_settle_window_is_kept_as_written_and_one_out_of_bounds_is_told_at_its_path() -> None:
    text = "{{type: timeseries, title: T, data_source: {{table: t, columns: {{timestamp: at, value: v}}, settle: {settle}}}}}"
    assert saved(form_for("all", text=text.format(settle="10m"))).document["data_source"]["settle"] == "10m"
    refused = form_for("all", slug="other", text=text.format(settle="1m")).errors["text"]
    assert refused == ["data_source.settle: must be a length of time from 5m to 30d: 10m, 6h, 2d"]


@pytest.mark.django_db
def test_a_form_that_saw_an_older_panel_is_refused() -> None:
    panel = saved(form_for("all"))
    stale = {"slug": "answer", "text": TEXT, "scope": "all", "seen_version": panel.version - 1}
    assert "Meanwhile somebody has changed it" in str(PanelForm(stale, instance=Panel.objects.get()).errors)
    unseen = PanelForm({**stale, "seen_version": ""}, instance=Panel.objects.get())
    assert "does not say which version it changes" in str(unseen.errors)
    assert PanelForm({**stale, "seen_version": panel.version}, instance=Panel.objects.get()).is_valid()


@pytest.mark.parametrize("time_range", ["15m", "6h", "7d", "1M", "1y"])
@pytest.mark.django_db
def test_a_dashboards_time_range_is_a_length_of_time(time_range: str) -> None:
    fields = {"slug": "board", "name": "Board", "scope": "all", "refresh_interval": 30}
    assert DashboardForm({**fields, "time_range": time_range}, instance=Dashboard()).is_valid()
    assert "time_range" in DashboardForm({**fields, "time_range": f"{time_range}!"}, instance=Dashboard()).errors
