import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from tenants.access import TenantRequest, find_tenant, require, tenants_of, visit
from tenants.models import Membership, Role


@require(Role.EDITOR)
def editors_only(request: TenantRequest) -> HttpResponse:
    return HttpResponse("welcome")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_the_role_itself_and_higher_ones_are_let_in(rf, role):
    request = rf.get("/")
    request.role = role
    assert editors_only(request).status_code == 200


def test_a_lower_role_is_refused_in_words(rf):
    request = rf.get("/")
    request.role = Role.VIEWER
    with pytest.raises(PermissionDenied, match="editor"):
        editors_only(request)


def test_a_member_finds_the_tenant_and_the_role_in_it(ada, acme):
    assert find_tenant(ada, "acme") == (acme, Role.EDITOR)


def test_a_stranger_finds_nothing_whether_it_exists_or_not(eve, acme):
    assert find_tenant(eve, "acme") is None
    assert find_tenant(eve, "nowhere") is None


def test_a_disabled_tenant_is_found_by_nobody(ada, root, acme):
    acme.is_active = False
    acme.save()
    assert find_tenant(ada, "acme") is None
    assert find_tenant(root, "acme") is None


def test_a_platform_admin_is_admin_everywhere(root, acme, globex):
    assert find_tenant(root, "acme") == (acme, Role.ADMIN)
    assert set(tenants_of(root)) == {acme, globex}


def test_the_switcher_offers_the_members_own_tenants(ada, acme, globex):
    assert list(tenants_of(ada)) == [acme]
    Membership.objects.create(user=ada, tenant=globex)
    assert list(tenants_of(ada)) == [acme, globex]


def test_roles_are_of_one_tenant_each(make_user, acme, globex):
    """Case 16."""
    both = make_user("amy", viewer=acme, admin=globex)
    assert find_tenant(both, "acme") == (acme, Role.VIEWER)
    assert find_tenant(both, "globex") == (globex, Role.ADMIN)


def test_a_visit_costs_one_query(client, ada, acme, django_assert_num_queries):
    client.force_login(ada)
    with django_assert_num_queries(1):
        seen = visit(client.session.session_key, "acme")
    assert (seen.user, seen.tenant, seen.role) == (ada, acme, Role.EDITOR)


@pytest.mark.django_db
@pytest.mark.parametrize("key", [None, "", "unknown", "' OR 1=1 --"])
def test_nobody_visits_without_a_session(key):
    assert visit(key, "acme") is None


def test_an_inactive_user_is_no_visitor(client, ada, acme):
    client.force_login(ada)
    ada.is_active = False
    ada.save()
    assert visit(client.session.session_key, "acme") is None


def test_nobody_is_found_without_an_account(acme):
    assert not hasattr(AnonymousUser(), "is_platform_admin")
