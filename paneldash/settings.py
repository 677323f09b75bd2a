"""Every setting, read once from the environment. `.env.example` lists them; docs/configuration.md explains them."""

import os
from pathlib import Path

import environ

from paneldash.home import default_home

BASE_DIR = Path(__file__).resolve().parent.parent
PANELDASH_HOME = default_home(BASE_DIR)
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TENANT_CREDENTIAL_KEYS = env.list("TENANT_CREDENTIAL_KEYS", default=[])
TENANT_ALLOW_LOCAL_HOSTS = env.bool("TENANT_ALLOW_LOCAL_HOSTS", default=False)

PANEL_TIMEOUT_MS = min(env.int("PANEL_TIMEOUT_MS", default=10_000), 30_000)
PANEL_ROW_LIMIT = env.int("PANEL_ROW_LIMIT", default=50_000)
PANEL_BYTE_LIMIT = env.int("PANEL_BYTE_LIMIT", default=32_000_000)
TENANT_POOL_SIZE = env.int("TENANT_POOL_SIZE", default=5)
TENANT_POOL_TOTAL = env.int("TENANT_POOL_TOTAL", default=200)
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=5_000)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ninja",
    "tenants",
    "datasources",
    "dashboards",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tenants.middleware.TenantMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "csp.middleware.CSPMiddleware",
]
ROOT_URLCONF = "paneldash.urls"
WSGI_APPLICATION = "paneldash.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {**env.db("DATABASE_URL", default="postgres://localhost/paneldash"), "CONN_HEALTH_CHECKS": True}
}
DATABASE_ROUTERS = ["tenants.router.CentralRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tenants.User"
SESSION_ENGINE = "tenants.sessions"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", PANELDASH_HOME / "static"))
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
