"""The admin site: whom it lets in, what operators can do there, and what it never shows."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.admin.sites import site
from django.core import mail
from django.urls import reverse

from tenants.connections import lease
from tenants.credentials import tenant_password
from tenants.models import Membership, Session, Tenant, User

TENANTS = reverse("admin:tenants_tenant_changelist")
PEOPLE = reverse("admin:tenants_user_changelist")


@pytest.fixture(scope="session")
def empty_database(tenant_database):
    """Acme's own has the tables that tests before these have made in it."""
    return tenant_database("empty")


@pytest.fixture
def operator(client, root):
    client.force_login(root)
    return client


def change_page(thing: object) -> str:
    return reverse(f"admin:tenants_{thing._meta.model_name}_change", args=[thing.pk])


def inline(prefix: str, *rows: dict) -> dict[str, object]:
    counts = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": sum("id" in row for row in rows)}
    return counts | {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def tenant_fields(tenant: Tenant, **changed: object) -> dict[str, object]:
    names = ("name", "slug", "host", "port", "database", "user", "sslmode", "search_path", "time_zone", "ca_certificate")
    fields = {name: getattr(tenant, name) for name in names} | {"is_active": "on", "password": ""}
    return fields | inline("memberships") | {"timeout_ms": "", "row_limit": ""} | changed


def user_fields(user: User, **changed: object) -> dict[str, object]:
    fields = {"email": user.email, "name": user.name, "time_zone": "", "is_active": "on"}
    return fields | inline("memberships") | changed


def texts(response: object) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def act(browser: object, page: str, action: str, *things: object) -> object:
    chosen = {"action": action, "_selected_action": [thing.pk for thing in things]}
    return browser.post(page, chosen, follow=True)


@pytest.mark.django_db
def test_nobody_is_sent_to_the_one_way_to_sign_in(client):
    response = client.get(TENANTS, follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('account_login')}?next={TENANTS}"


@pytest.mark.parametrize("page", [TENANTS, PEOPLE, reverse("admin:index")])
def test_no_member_opens_the_admin_site(client, make_user, acme, page):
    """Case 103: not even a tenant's admin, nor one with a leftover is_staff."""
    zoe = make_user("zoe", admin=acme)
    User.objects.filter(pk=zoe.pk).update(is_staff=True)
    client.force_login(zoe)
    assert client.get(page, follow=True).status_code == 403


def test_a_member_cannot_make_himself_a_platform_admin(client, ada):
    """Case 103."""
    client.force_login(ada)
    response = client.post(change_page(ada), user_fields(ada, is_superuser="on"), follow=True)
    assert response.status_code == 403
    assert not User.objects.get(pk=ada.pk).is_superuser


def test_every_page_of_the_site_opens(operator, acme, ada):
    for model, model_admin in site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = operator.get(reverse(f"{name}_changelist") + "?q=a")
        assert listed.status_code == 200, name
        if model_admin.has_add_permission(listed.wsgi_request):
            assert operator.get(reverse(f"{name}_add")).status_code == 200, name
    for thing in (acme, ada):
        assert operator.get(change_page(thing)).status_code == 200
    assert operator.get(reverse("admin:tenants_tenant_history", args=[acme.pk])).status_code == 200


def test_the_list_is_searched_and_filtered(operator, acme, globex):
    assert "Globex" not in operator.get(f"{TENANTS}?q=acme").content.decode()
    assert "Acme" not in operator.get(f"{TENANTS}?is_active__exact=0").content.decode().split("result_list")[-1]


def test_the_list_costs_the_same_for_many_tenants(operator, make_tenant, acme, acme_database, django_assert_max_num_queries):
    for number in range(20):
        make_tenant(f"more{number}", acme_database)
    with django_assert_max_num_queries(12):
        operator.get(TENANTS)


def test_a_tenant_is_added_with_members_and_tested(operator, empty_database, ada):
    Tenant.objects.all().delete()
    draft = Tenant(
        slug="new", name="New", **{name: empty_database[name] for name in ("host", "port", "database", "user", "sslmode")}
    )
    fields = tenant_fields(draft, password=empty_database["password"]) | inline("memberships", {"user": ada.pk, "role": "editor"})
    response = operator.post(reverse("admin:tenants_tenant_add"), fields, follow=True)
    tenant = Tenant.objects.get(slug="new")
    assert tenant_password(tenant) == empty_database["password"]
    assert Membership.objects.get(tenant=tenant).user == ada
    assert texts(response)[0].startswith("New: PostgreSQL")
    assert tenant.test_verdict == Tenant.Verdict.WARNING  # its schema is empty, which is worth a word


def test_an_empty_password_keeps_the_stored_one(operator, acme):
    operator.post(change_page(acme), tenant_fields(acme, name="Acme & Sons"))
    changed = Tenant.objects.get()
    assert changed.name == "Acme & Sons"
    assert changed.password_token == acme.password_token


@pytest.mark.parametrize(("text", "kept"), [("{}", {}), ("", {}), ('{"region": "north"}', {"region": "north"})])
def test_attributes_may_be_none(operator, acme, text, kept):
    operator.post(change_page(acme), tenant_fields(acme, name="Other", attributes=text))
    changed = Tenant.objects.get()
    assert (changed.name, changed.attributes) == ("Other", kept)


@pytest.mark.parametrize(("field", "value"), [("host", "db.example.com"), ("port", 1), ("database", "x"), ("user", "x")])
def test_another_target_needs_the_password_again(operator, acme, field, value):
    """SEC-27: a stored password is not sent to a server it was not given for."""
    response = operator.post(change_page(acme), tenant_fields(acme, **{field: value}))
    assert "give the password again" in response.content.decode()
    assert getattr(Tenant.objects.get(), field) == getattr(acme, field)


def test_a_host_that_is_not_allowed_is_refused_in_words(operator, acme, settings):
    """Case 94."""
    settings.TENANT_ALLOW_LOCAL_HOSTS = False
    for host in ("127.0.0.1", "/var/run/postgresql", "localhost", "169.254.169.254"):
        response = operator.post(change_page(acme), tenant_fields(acme, host=host, password="x"))
        assert response.status_code == 200
        assert "not allowed" in response.content.decode()


def test_a_password_is_never_shown_again(operator, acme):
    """Case 102: form, history, list."""
    operator.post(change_page(acme), tenant_fields(acme, password="CANARY-password"))
    acme.refresh_from_db()
    assert tenant_password(acme) == "CANARY-password"
    history = reverse("admin:tenants_tenant_history", args=[acme.pk])
    for page in (change_page(acme), history, TENANTS, reverse("admin:index")):
        body = operator.get(page).content.decode()
        assert "CANARY" not in body
        assert acme.password_token not in body
    assert not any("CANARY" in entry.change_message for entry in LogEntry.objects.all())


def test_tenants_are_disabled_and_enabled_and_the_history_knows(operator, acme, globex):
    response = act(operator, TENANTS, "disable", acme, globex)
    assert texts(response) == ["2 disabled."]
    assert not Tenant.objects.filter(is_active=True).exists()
    assert texts(act(operator, TENANTS, "enable", acme)) == ["1 enabled."]
    assert LogEntry.objects.filter(object_id=acme.pk).count() == 2


def test_a_deleted_tenants_connections_are_closed(operator, acme, pool):
    with lease(acme):
        pass
    response = operator.post(reverse("admin:tenants_tenant_delete", args=[acme.pk]), {"post": "yes"})
    assert response.status_code == 302
    assert not Tenant.objects.exists()
    assert pool.figures()["open"] == 0


def test_unticking_enabled_closes_its_connections(operator, acme, pool):
    with lease(acme):
        pass
    operator.post(change_page(acme), {name: value for name, value in tenant_fields(acme).items() if name != "is_active"})
    assert not Tenant.objects.get().is_active
    assert pool.figures()["open"] == 0


def test_all_are_tested_with_a_line_each(operator, acme, globex, monkeypatch):
    from tenants.connection_test import Report

    monkeypatch.setattr("tenants.admin.tenant.examine_all", lambda tenants: [Report(True, "18.4", 1.5), _dead()])
    assert texts(act(operator, TENANTS, "test", acme, globex)) == [
        "Acme: PostgreSQL 18.4, 1.5 ms. Read-only, all well.",
        "Globex: The database cannot be reached.",
    ]


def test_the_test_page_tests_when_asked(operator, make_tenant, empty_database):
    acme = make_tenant("acme", empty_database)
    page = reverse("admin:tenants_tenant_test", args=[acme.pk])
    assert "not been tested yet" in operator.get(page).content.decode()
    assert "The role cannot write." in operator.post(page).content.decode()
    assert "The schema “public” is empty." in operator.get(page).content.decode()
    assert operator.get(reverse("admin:tenants_tenant_test", args=[0])).status_code == 404


def test_a_hostile_name_is_text_in_every_list(operator, acme, ada):
    """Case 46."""
    Tenant.objects.update(name="<img src=x onerror=alert(1)>", host="<svg onload=x>", test_summary="<b>x</b>")
    for page in (TENANTS, change_page(acme), reverse("admin:tenants_tenant_test", args=[acme.pk])):
        body = operator.get(page).content.decode()
        assert "<img src=x" not in body
        assert "<svg onload" not in body


def test_nothing_secret_is_registered():
    """Case 102: second factors' keys and tokens of identity providers have no pages."""
    assert {model._meta.label for model in site._registry} & {"mfa.Authenticator", "socialaccount.SocialToken"} == set()


def test_a_person_is_added_in_small_letters(operator):
    fields = {"email": "Zoe@Example.com", "name": "Zoe", "usable_password": "false", "password1": "", "password2": ""}
    operator.post(reverse("admin:tenants_user_add"), fields | inline("memberships"))
    assert User.objects.get(name="Zoe").email == "zoe@example.com"


def test_a_platform_admin_is_made_and_unmade(operator, ada):
    operator.post(change_page(ada), user_fields(ada, is_superuser="on"))
    assert User.objects.get(pk=ada.pk).is_platform_admin
    operator.post(change_page(ada), user_fields(ada))
    ada.refresh_from_db()
    assert (ada.is_superuser, ada.is_staff) == (False, False)


@pytest.mark.parametrize("kept", [{"is_active": "on"}, {"is_superuser": "on", "is_active": ""}])
def test_the_last_platform_admin_cannot_go(operator, root, kept):
    """Case 120."""
    response = operator.post(change_page(root), user_fields(root, **kept))
    assert "your own rights" in response.content.decode()
    assert User.objects.get(pk=root.pk).is_platform_admin


def test_nobody_deletes_the_account_they_sit_in(operator, root, ada):
    """Case 120: neither alone nor among others."""
    assert operator.post(reverse("admin:tenants_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403
    operator.post(PEOPLE, {"action": "delete_selected", "_selected_action": [root.pk, ada.pk], "post": "yes"})
    assert User.objects.filter(pk__in=[root.pk, ada.pk]).count() == 2


def test_a_link_to_choose_a_password_is_sent(operator, ada):
    act(operator, PEOPLE, "send_link", ada)
    assert mail.outbox[0].to == ["ada@example.com"]


def test_a_person_is_signed_out_everywhere(operator, root, ada):
    Session.objects.create(session_key="a" * 32, session_data="", expire_date="2099-01-01T00:00:00Z", user=ada)
    act(operator, PEOPLE, "sign_out", ada)
    assert not Session.objects.filter(user=ada).exists()
    assert Session.objects.filter(user=root).exists()


def test_a_lost_second_factor_is_removed(operator, ada):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={"secret": "x"})
    act(operator, PEOPLE, "remove_second_factor", ada)
    assert not Authenticator.objects.exists()


def _dead() -> object:
    from tenants.connection_test import Finding, Report

    return Report(findings=[Finding("refused", "The database cannot be reached.")])
