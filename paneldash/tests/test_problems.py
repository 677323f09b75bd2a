import psycopg
import pytest
from django.db import InternalError, OperationalError, ProgrammingError
from django.test import Client, RequestFactory

from paneldash import problems


@pytest.mark.django_db
def test_program_gets_a_sentence_and_the_id(client: Client) -> None:
    response = client.get("/api/v1/no-such-thing")
    assert response.status_code == 404
    assert response.json() == {"detail": "There is nothing here.", "request_id": response.headers["X-Request-ID"]}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["panels/cpu_usage/data", "panels/cpu_usage/export", "health"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_program_that_uses_a_wrong_method_is_told_which_is_right(client: Client, path: str, method: str) -> None:
    response = getattr(client, method)(f"/api/v1/{path}")
    allowed = response.headers["Allow"]
    assert (response.status_code, "GET" in allowed) == (405, True)
    sentence = f"This address answers to {allowed} only."
    assert response.json() == {"detail": sentence, "request_id": response.headers["X-Request-ID"]}


@pytest.mark.django_db
def test_person_gets_a_page_with_the_id(client: Client) -> None:
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert response.headers["X-Request-ID"] in response.content.decode()


def test_pages_answer_503_while_the_central_database_is_away(client: Client, central_database_down: None) -> None:
    client.raise_request_exception = False
    client.cookies["sessionid"] = "some-session"
    for _ in range(3):
        response = client.get("/admin/")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert response.headers["X-Request-ID"] in response.content.decode()


def caught(error: BaseException, rf: RequestFactory, path: str = "/") -> int:
    try:
        raise error
    except type(error):
        return problems.server_error(rf.get(path)).status_code


def test_bug_is_a_500(rf: RequestFactory) -> None:
    assert caught(ZeroDivisionError(), rf) == 500
    assert caught(ProgrammingError(), rf) == 500


def test_outage_is_a_503_for_programs_too(rf: RequestFactory) -> None:
    assert caught(OperationalError(), rf, "/api/v1/tenants") == 503


def test_write_during_a_fail_over_is_a_503() -> None:
    error = InternalError()
    error.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    assert problems.is_outage(error)
    assert not problems.is_outage(InternalError())


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_every_problem_has_a_page(rf: RequestFactory, status: int) -> None:
    request = rf.get("/")
    request.request_id = "reference-1"
    response = problems._answer(request, status)
    assert (response.status_code, "reference-1" in response.content.decode()) == (status, True)
