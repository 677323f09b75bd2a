"""The one way in: sessions, guessing, where one is led afterwards, and by which name the server answers."""

from typing import Any

import pytest
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client, RequestFactory

from conftest import PASSWORD
from paneldash.single_sign_on import openid_connect
from tenants.models import Session, User

LOGIN = "/accounts/login/"
HOME = "/t/acme/"
COOKIE = configured.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def _no_attempts_counted(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, *, next_url: str | None = None, **extra: Any) -> Any:
    following = {} if next_url is None else {"next": next_url}
    return client.post(LOGIN, {"login": email, "password": password, **following}, **extra)


def is_in(client: Client) -> bool:
    return client.get("/accounts/2fa/").status_code == 200


def test_the_right_password_leads_home(client: Client, ada: Any) -> None:
    response = sign_in(client, "ada@example.com")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_in(client)


@pytest.mark.parametrize("email", ["ADA@example.com", " Ada@Example.com "])
def test_an_address_in_capitals_signs_in_the_same_person(client: Client, ada: Any, email: str) -> None:
    sign_in(client, email)
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client: Client, ada: Any) -> None:
    known, unknown = (sign_in(client, f"{name}@example.com", "wrong") for name in ("ada", "nobody"))
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors


def test_an_inactive_person_is_not_let_in(client: Client, ada: Any) -> None:
    User.objects.update(is_active=False)
    sign_in(client, "ada@example.com")
    assert not is_in(client)


def test_signing_in_changes_the_session(client: Client, ada: Any) -> None:
    """Case 30: a session that was planted before is of no use to who planted it."""
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies[COOKIE] = planted.session_key
    sign_in(client, "ada@example.com")
    assert client.cookies[COOKIE].value != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()
    thief = Client()
    thief.cookies[COOKIE] = planted.session_key
    assert not is_in(thief)


def test_an_invented_session_is_never_taken_over(client: Client, ada: Any) -> None:
    client.cookies[COOKIE] = "a" * 32
    sign_in(client, "ada@example.com")
    assert client.cookies[COOKIE].value != "a" * 32


def test_changing_the_password_ends_every_other_session(client: Client, ada: Any) -> None:
    """Case 31, with the other browser outside tenants' pages too."""
    other = Client()
    sign_in(client, "ada@example.com")
    sign_in(other, "ada@example.com")
    new = "an entirely new password"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert User.objects.get(pk=ada.pk).check_password(new)
    assert not is_in(other)
    assert other.get(HOME).status_code == 302


def test_signing_out_needs_a_post(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    client.get("/accounts/logout/")
    assert is_in(client)
    client.post("/accounts/logout/")
    assert not is_in(client)


def test_guessing_one_persons_password_ends_after_five(client: Client, ada: Any) -> None:
    """Case 33: even the right one is refused then, and in words that hold for strangers too."""
    for _ in range(5):
        sign_in(client, "ada@example.com", "wrong")
    refused = sign_in(client, "ada@example.com")
    assert not is_in(client)
    assert "Too many" in str(refused.context["form"].errors)


def test_being_locked_out_says_nothing_of_who_exists(client: Client, ada: Any) -> None:
    answers = []
    for email in ("ada@example.com", "nobody@example.com"):
        cache.clear()
        answers.append([sign_in(client, email, "wrong").context["form"].errors for _ in range(6)])
    assert answers[0] == answers[1]


def test_guessing_one_password_for_many_people_ends_after_ten(client: Client, ada: Any) -> None:
    for number in range(10):
        sign_in(client, f"somebody{number}@example.com", "wrong")
    sign_in(client, "ada@example.com")
    assert not is_in(client)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP"])
def test_an_address_one_claims_to_have_starts_no_new_count(client: Client, ada: Any, header: str) -> None:
    """Case 34: without a trusted proxy the connection's own address counts."""
    for number in range(10):
        sign_in(client, f"somebody{number}@example.com", "wrong", headers={header: f"203.0.113.{number}"})
    sign_in(client, "ada@example.com", headers={header: "203.0.113.99"})
    assert not is_in(client)


def test_the_addresses_of_one_ipv6_network_are_one(client: Client, ada: Any) -> None:
    for number in range(10):
        sign_in(client, f"somebody{number}@example.com", "wrong", REMOTE_ADDR=f"2001:db8::{number}")
    sign_in(client, "ada@example.com", REMOTE_ADDR="2001:db8::99")
    assert not is_in(client)


@pytest.mark.parametrize("email", ["ADA@example.com", " ada@example.com ", "Ada@Example.COM", "ada@ExAmple.com"])
def test_another_way_to_write_an_address_starts_no_new_count(client: Client, ada: Any, email: str) -> None:
    for number in range(5):
        sign_in(client, email, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
    sign_in(client, "ada@example.com", REMOTE_ADDR="192.0.2.99")
    assert not is_in(client)


def test_another_port_in_the_host_header_starts_no_new_count(client: Client, ada: Any) -> None:
    for number in range(5):
        headers = {"Host": f"testserver:{8000 + number}"}
        sign_in(client, "ada@example.com", "wrong", headers=headers, REMOTE_ADDR=f"192.0.2.{number}")
    sign_in(client, "ada@example.com", REMOTE_ADDR="192.0.2.99")
    assert not is_in(client)


@pytest.mark.parametrize("email", ["ıris@example.com", "iriſ@example.com", "\u0456ris@example.com", "ｉris@example.com"])
def test_a_look_alike_is_somebody_else(client: Client, make_user: Any, email: str) -> None:
    """Letters that are an i or an s for some comparisons, and for none of ours."""
    make_user("iris")
    sign_in(client, email)
    assert not is_in(client)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "/\\evil.example", "https:evil.example", "///evil.example", "javascript:alert(1)", "https://ok@evil.example",
        "/\t/evil.example", "\\\\evil.example", "http:///evil.example", "https://testserver.evil.example", "data:text/html,x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["body", "address"])
def test_nobody_is_led_to_another_site(client: Client, ada: Any, target: str, way: str) -> None:
    """Case 39."""
    if way == "body":
        response = sign_in(client, "ada@example.com", next_url=target)
    else:
        response = client.post(LOGIN, {"login": "ada@example.com", "password": PASSWORD}, query_params={"next": target})
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_a_line_break_in_next_starts_no_header(client: Client, ada: Any) -> None:
    """Case 67."""
    response = sign_in(client, "ada@example.com", next_url="/\r\nX-Mine: y")
    assert "X-Mine" not in response.headers
    assert "\n" not in response["Location"]


def test_a_second_next_does_not_help(client: Client, ada: Any) -> None:
    response = client.post(f"{LOGIN}?next=/t/acme/&next=//evil.example", {"login": "ada@example.com", "password": PASSWORD})
    assert response["Location"] in {"/", "/t/acme/"}


@pytest.mark.parametrize(
    "page", ["/accounts/logout/?next=//evil.example", "/admin/login/?next=//evil.example", "/admin/logout/?next=//evil.example"]
)
def test_no_other_page_leads_to_another_site(client: Client, root: Any, page: str) -> None:
    client.force_login(root)
    for answer in (client.post(page), client.get(page)):
        assert not answer.get("Location", "").startswith(("//", "http"))


def test_the_sign_in_of_the_admin_does_not_lead_out(client: Client, root: Any) -> None:
    """Each step of the way there stays here."""
    page = client.get("/admin/login/?next=//evil.example", follow=True)
    form = {"login": root.email, "password": PASSWORD}
    client.post(f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}", form)
    assert is_in(client)
    steps = client.get("/admin/login/?next=//evil.example", follow=True).redirect_chain
    assert all(place.startswith("/") and not place.startswith("//") for place, _ in steps)
    assert steps[-1][0] == "/"


def test_a_page_of_ours_is_where_one_comes_back_to(client: Client, ada: Any) -> None:
    assert sign_in(client, "ada@example.com", next_url="/t/acme/?from=now-6h")["Location"] == "/t/acme/?from=now-6h"


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "testserver:80:80", "", "a b"]
)
def test_a_server_answers_to_its_own_names_only(client: Client, ada: Any, host: str) -> None:
    """Case 40."""
    client.force_login(ada)
    for path in (LOGIN, "/", HOME, "/accounts/password/reset/", "/api/v1/tenants"):
        response = client.get(path, headers={"Host": host})
        assert response.status_code == 400 or host == "", path
        assert b"evil" not in response.content


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix"])
def test_a_host_claimed_by_another_header_is_not_believed(client: Client, ada: Any, header: str) -> None:
    """Cases 40, 117."""
    client.force_login(ada)
    for path in ("/", HOME, "/nothing-here"):
        response = client.get(path, headers={header: "evil.example"})
        assert "evil.example" not in response.content.decode() + str(dict(response.headers))


def test_nobody_signs_up_unless_the_installation_allows_it(client: Client) -> None:
    form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    for path in ("/accounts/signup/", "/accounts/3rdparty/signup/"):
        response = client.post(path, form, follow=True)
        assert response.status_code in {200, 403}
    assert not User.objects.exists()
    assert b"signup" not in client.get(LOGIN).content


def test_single_sign_on_is_offered_where_it_is_configured(client: Client, settings: Any) -> None:
    assert b"oidc" not in client.get(LOGIN).content
    settings.SOCIALACCOUNT_PROVIDERS = openid_connect(
        issuer="https://login.example.com", client_id="panels", client_secret="CANARY-secret", name="Example's door"
    )
    page = client.get(LOGIN).content.decode()
    assert "/accounts/oidc/oidc/login/" in page
    assert "Example&#x27;s door" in page
    assert "CANARY" not in page


@pytest.mark.parametrize("missing", ["issuer", "client_id"])
def test_half_a_single_sign_on_is_none(missing: str) -> None:
    whole = {"issuer": "https://x.example", "client_id": "x", "client_secret": "x", "name": "x"}
    assert openid_connect(**{**whole, missing: ""}) == {}
    assert openid_connect(**whole)["openid_connect"]["APPS"][0]["settings"]["oauth_pkce_enabled"] is True


def single_sign_on(settings: Any, **said: Any) -> Any:
    """What allauth has of a person that a provider speaks of; its user is saved where it lets somebody in."""
    settings.SOCIALACCOUNT_PROVIDERS = openid_connect(
        issuer="https://login.example.com", client_id="panels", client_secret="CANARY-secret", name="SSO"
    )
    request = RequestFactory().get("/")
    provider = get_adapter(request).get_provider(request, "oidc")
    login = provider.sociallogin_from_response(request, {"userinfo": {"sub": "1", **said}})
    login.lookup()
    get_adapter(request).pre_social_login(request, login)
    return login


@pytest.mark.parametrize("verified", [True, "true"])
def test_single_sign_on_is_the_person_of_a_verified_address(settings: Any, ada: Any, verified: Any) -> None:
    assert single_sign_on(settings, email="ADA@example.com", email_verified=verified).user == ada


@pytest.mark.parametrize("verified", [False, "false", "no", None, ["true"]])
def test_single_sign_on_takes_nobody_for_an_address_that_is_not_verified(settings: Any, ada: Any, verified: Any) -> None:
    """Some providers write their booleans as text, and every text but the empty one is true."""
    login = single_sign_on(settings, email="ada@example.com", email_verified=verified)
    assert login.user.pk is None
    assert not any(address.verified for address in login.email_addresses)


def test_single_sign_on_takes_nobody_for_who_only_looks_alike(settings: Any, make_user: Any) -> None:
    make_user("kim")
    login = single_sign_on(settings, email="\u212aim@example.com", email_verified=True)
    assert login.user.pk is None
    assert not any(address.verified for address in login.email_addresses)
