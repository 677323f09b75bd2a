import pytest
from django.test import Client


@pytest.mark.django_db
def test_health(client: Client):
    r = client.get("/api/v1/health")
    assert r.status_code == 200, r.content
    print(r.json(), r.headers)
    r = client.get("/metrics")
    print(r.content.decode()[-1500:])
    print(client.get("/metrics/health").json())
    r = client.get("/nothing")
    print(r.status_code, r.headers)
