"""Django's settings, made from the environment; see ``env.py`` for what may be set."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from zhike.config import env, sqlite
from zhike.config.database import database

sqlite.install()

PACKAGE = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.read()

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = False
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.public_url] if ENVIRONMENT.public_url else []
DATA_DIR = ENVIRONMENT.data_dir

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "csp",
    "axes",
    "zhike.jobs",
    "zhike.metadata",
    "zhike.accounts",
    "zhike.engines.comments",
    "zhike.engines.files",
    "zhike.engines.following",
    "zhike.engines.mail",
    "zhike.engines.notify",
    "zhike.engines.hand_over",
    "zhike.engines.recent",
    "zhike.engines.submissions",
    "zhike.engines.search",
    "zhike.engines.figures",
    "zhike.engines.duplicates",
    "zhike.engines.merging",
    "zhike.engines.saved_views",
    "zhike.engines.importing",
    "zhike.engines.exporting",
    "zhike.engines.bulk",
    "zhike.engines.kind_changes",
    "zhike.engines.verification",
    "zhike.engines.working_time",
    "zhike.engines.approvals",
    "zhike.domain.customers",
    "zhike.domain.activities",
    "zhike.domain.trade",
    "zhike.domain.catalog",
    "zhike.domain.quotes",
    "zhike.domain.tiers",
    "zhike.domain.risk",
    "zhike.domain.orders",
    "zhike.domain.money",
    "zhike.domain.contracts",
    "zhike.domain.key_accounts",
    "zhike.domain.deals",
    "zhike.domain.pools",
    "zhike.domain.quality",
    "zhike.domain.collection",
    "zhike.domain.reviews",
    "zhike.domain.leads",
    "zhike.domain.targets",
    "zhike.api",
    "zhike.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhike.web.compression.TextCompression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zhike.accounts.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhike.web.whole_pages.WholePages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "zhike.config.urls"
WSGI_APPLICATION = "zhike.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "zhike.web.shell.shell",
            ],
        },
    },
]

DATABASES = {"default": database(ENVIRONMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "zhike.accounts.backend.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "zhike.accounts.passwords.LengthValidator"},
    {"NAME": "zhike.accounts.passwords.CommonPasswordValidator"},
    {"NAME": "zhike.accounts.passwords.SimilarityValidator"},
]
LOGIN_URL = "/login/"
PASSWORD_CHANGE_URL = "/me/password/"  # noqa: S105 - an address
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
#: Sessions end after a week, or after half a day in which nothing happened (OWASP ASVS 5.0, 7.3).
SESSION_ENGINE = "zhike.accounts.sessions"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_IDLE_AGE = 12 * 3600
#: The log of sign-ins is kept for half a year (网络安全法 §21: at least six months).
SIGN_IN_LOG_DAYS = 190
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.is_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "zhike_session"
CSRF_COOKIE_NAME = "zhike_csrf"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.is_https else None
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.is_https else 0
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}

#: Five wrong passwords for a name from one address close that name to that address for a quarter of an hour.
AXES_HANDLER = "zhike.accounts.throttle.CountingHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "zhike.accounts.throttle.normalised_username"
AXES_CLIENT_IP_CALLABLE = "zhike.accounts.devices.ip_of"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "zhike.accounts.throttle.own_answer"

LANGUAGE_CODE = "zh-hans"
#: Each language by its own name: a reader who cannot read the page still finds theirs.
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "zhike_language"
#: Written by the page when the person switches, and read by the server so that the first paint is right.
THEME_COOKIE_NAME = "theme"
FORMAT_MODULE_PATH = ["zhike.config.formats"]
# Where ``messages.py`` puts what it compiles.
LOCALE_PATHS = [PACKAGE / "config" / "translations"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data_dir / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENVIRONMENT.data_dir / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "zhike.config.static_files.HashedFiles"},
}

#: A batch of 1,000 records through the API, or a form with many rows, stays under this; larger bodies are uploads.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
#: Most bytes of one file that people add to a record.
FILE_SIZE_LIMIT = 50_000_000
FILE_UPLOAD_HANDLERS = [
    "zhike.engines.files.upload_limit.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A page that is not there is no fault of the product.
    "loggers": {"zhike": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
