"""Every setting, read once from the environment. `.env.example` lists them; docs/configuration.md explains them."""

from pathlib import Path

from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF

from paneldash.caches import caches
from paneldash.databases import central_database
from paneldash.environment import ROOT, byte_count, env, read_file, seconds
from paneldash.home import default_home
from paneldash.logs import logging_settings
from paneldash.manifest import manifest_of
from paneldash.single_sign_on import openid_connect

BASE_DIR = ROOT
read_file()
PANELDASH_HOME = default_home(BASE_DIR)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or "unset"  # check E001 refuses it in words, Django by a traceback
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default="")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TENANT_CREDENTIAL_KEYS = env.list("TENANT_CREDENTIAL_KEYS", default=[])
TENANT_ALLOW_LOCAL_HOSTS = env.bool("TENANT_ALLOW_LOCAL_HOSTS", default=False)
OUTBOUND_NETWORKS = env.list("OUTBOUND_NETWORKS", default=[])
OUTBOUND_PORTS = env.list(
    "OUTBOUND_PORTS", default=["80", "443", "8080", "8427", "8428", "8443", "8481", "9009", "9090", "9443", "10902", "10904"]
)

PANEL_TIMEOUT_MS = min(env.int("PANEL_TIMEOUT_MS", default=10_000), 30_000)
PANEL_ROW_LIMIT = env.int("PANEL_ROW_LIMIT", default=50_000)
PANEL_BYTE_LIMIT = byte_count("PANEL_BYTE_LIMIT", default="32 MB")
EXPORT_ROW_LIMIT = env.int("EXPORT_ROW_LIMIT", default=1_000_000)
EXPORT_TIMEOUT = seconds("EXPORT_TIMEOUT", default="2m")
TENANT_POOL_SIZE = env.int("TENANT_POOL_SIZE", default=5)
TENANT_POOL_TOTAL = env.int("TENANT_POOL_TOTAL", default=200)
TENANT_SECONDS_A_MINUTE = env.int("TENANT_SECONDS_A_MINUTE", default=240)
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=5_000)
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", default=2_555)
VERSIONS_KEPT = env.int("VERSIONS_KEPT", default=100)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_TENANTS = env.int("METRICS_TENANTS", default=1_000)
METRICS_PANELS = env.int("METRICS_PANELS", default=1_000)
PANELDASH_DEMO_PASSWORD = env.str("PANELDASH_DEMO_PASSWORD", default="")

API_RATE_DATA = env.int("API_RATE_DATA", default=600)
API_RATE_DEAR = env.int("API_RATE_DEAR", default=10)
API_RATE_WRONG = env.int("API_RATE_WRONG", default=60)
JWT_SECRET = env.str("JWT_SECRET", default="")
JWT_JWKS_URL = env.str("JWT_JWKS_URL", default="")
JWT_ISSUER = env.str("JWT_ISSUER", default="")
JWT_AUDIENCE = env.str("JWT_AUDIENCE", default="")
JWT_CREATE_USERS = env.bool("JWT_CREATE_USERS", default=False)
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS = env.bool("CORS_ALLOW_CREDENTIALS", default=False)
CORS_URLS_REGEX = r"^/api/v1/"
CORS_ALLOW_HEADERS = (*default_headers, "if-match", "if-none-match", "x-request-id")
CORS_EXPOSE_HEADERS = (
    "Age", "ETag", "Retry-After", "X-Request-ID", "X-Stale",
    "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy",
)  # fmt: skip

HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
WEB_CONCURRENCY = max(1, env.int("WEB_CONCURRENCY", default=2))
WEB_THREADS = max(1, env.int("WEB_THREADS", default=8))
WORKER_JOBS = max(1, env.int("WORKER_JOBS", default=4))
WORKER_LISTENS = env.bool("WORKER_LISTENS", default=True)
JOB_RETENTION_DAYS = env.int("JOB_RETENTION_DAYS", default=30)

INSTALLED_APPS = [
    "tenants.operators.OperatorsConfig",
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
    "corsheaders",
    "ninja",
    "procrastinate.contrib.django",
    "paneldash",
    "tenants",
    "audit",
    "datasources",
    "dashboards",
    "api",
    "demo",
]
MIDDLEWARE = [
    "paneldash.middleware.RequestIdMiddleware",
    "paneldash.metrics.MetricsMiddleware",
    "paneldash.middleware.HeadMiddleware",
    "paneldash.middleware.ProbesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "paneldash.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "paneldash.middleware.PrivateAnswersMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "api.middleware.CallsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "paneldash.middleware.WrongMethodMiddleware",
    "paneldash.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "audit.middleware.AuditMiddleware",
    "tenants.middleware.TenantMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "paneldash.middleware.UnstorableTextMiddleware",
    "dashboards.middleware.PanelErrorsMiddleware",
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

DATABASES = {"default": central_database(workers=WEB_CONCURRENCY)}
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 8 * 86_400}  # what was missed while no worker ran is made up for
DATABASE_ROUTERS = ["tenants.router.CentralRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHE_URL = env.str("CACHE_URL", default="")
CACHE_BYTES = byte_count("CACHE_BYTES", default="256 MB")
RESULT_BYTES = byte_count("RESULT_BYTES", default="32 MB")
DRAWN_BYTES = byte_count("DRAWN_BYTES", default="8 MB")
CACHES = caches(CACHE_URL)

AUTH_USER_MODEL = "tenants.User"
SESSION_ENGINE = "tenants.sessions"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ALLOW_SIGNUP = env.bool("ALLOW_SIGNUP", default=False)
ACCOUNT_ADAPTER = "tenants.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[PanelDash] "
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if ALLOW_SIGNUP else "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login": "60/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "PanelDash"
MFA_TOTP_TOLERANCE = 1  # a code typed as its half minute ended is good for one more (RFC 6238, section 5.2)
SOCIALACCOUNT_ADAPTER = "tenants.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = openid_connect(
    issuer=env.str("OIDC_ISSUER", default=""),
    client_id=env.str("OIDC_CLIENT_ID", default=""),
    client_secret=env.str("OIDC_CLIENT_SECRET", default=""),
    name=env.str("OIDC_NAME", default="Single sign-on"),
)
PASSWORD_RESET_TIMEOUT = 3_600
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Behind HTTPS, which is the default: cookies travel over it alone, and browsers remember never to try without.
HTTPS = env.bool("HTTPS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(api/v1/)?health$", r"^ready$", r"^live$", r"^metrics"]
SECURE_HSTS_SECONDS = 365 * 86_400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # joining the browsers' preload list is the domain owner's to decide
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = ["paneldash.uploads.SmallFilesHandler"]

vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="paneldash@localhost")
EMAIL_TIMEOUT = seconds("EMAIL_TIMEOUT", default="5s")

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(PANELDASH_HOME / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "paneldash.staticfiles.StaticStorage"},
}
STATIC_MANIFEST = manifest_of(BASE_DIR)
WHITENOISE_USE_FINDERS = DEBUG or not (STATIC_ROOT / STATIC_MANIFEST).exists()
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING_CONFIG = "paneldash.logs.configure"
LOGGING = logging_settings(
    level=env.str("LOG_LEVEL", default="INFO"),
    style=env.str("LOG_FORMAT", default="text"),
    requests=env.bool("LOG_REQUESTS", default=True),
)
