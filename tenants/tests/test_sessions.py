import pytest
from django.test import Client

from tenants.models import Session

pytestmark = pytest.mark.django_db


def test_a_session_names_its_user(client, ada):
    client.force_login(ada)
    assert Session.objects.get().user == ada


def test_a_session_of_nobody_has_no_user(client):
    session = client.session
    session["seen"] = True
    session.save()
    assert Session.objects.get(pk=session.session_key).user is None


def test_signing_out_leaves_no_session_of_the_user(client, ada):
    client.force_login(ada)
    client.logout()
    assert not Session.objects.filter(user=ada).exists()


def test_a_deleted_user_leaves_no_session(client, ada):
    client.force_login(ada)
    ada.delete()
    assert not Session.objects.exists()


def test_a_new_password_ends_the_other_sessions(ada):
    """Case 31."""
    here, there = Client(), Client()
    here.force_login(ada)
    there.force_login(ada)
    ada.set_password("an entirely new password")
    ada.save()
    assert there.get("/").status_code == 302
