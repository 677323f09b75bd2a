"""What gunicorn serves."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paneldash.settings")
application = get_wsgi_application()

from paneldash.checks import refuse_unsafe_settings  # noqa: E402  needs the settings

refuse_unsafe_settings()
import_module(settings.ROOT_URLCONF)  # before gunicorn forks: workers share it, and count their uptime from the same moment
