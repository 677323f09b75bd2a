"""What gunicorn serves while `make bench` measures: the product, and benchmarks.urls' empty view beside it."""

from django.conf import settings

settings.ROOT_URLCONF = "benchmarks.urls"

from paneldash.wsgi import application  # noqa: E402  it reads which URLs there are

__all__ = ["application"]
