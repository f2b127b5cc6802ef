"""Settings every environment shares. Secrets come from the environment or var/secrets.json."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from otdr_hub import cluster

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = BASE_DIR / "var"
SECRETS = cluster.load_secrets()
ADDRESS = cluster.address()

SECRET_KEY = SECRETS.secret_key
DEBUG = False
DEMO_ACCOUNTS = False
# The loopback is always allowed: health checks ask from inside.
ALLOWED_HOSTS = ["127.0.0.1", *filter(None, os.environ.get("OTDR_ALLOWED_HOSTS", "").split(","))]

INSTALLED_APPS = [
    "otdr_hub.demo",
    "otdr_hub.hub",
    "metrics",
    "governance",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "otdr_hub.urls"
ASGI_APPLICATION = "otdr_hub.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "otdr_hub.demo.context.accounts",
            ],
            "builtins": ["django.templatetags.static", "django.templatetags.i18n"],
        },
    }
]


def database(role: str, **options: Any) -> dict[str, Any]:
    """One alias of DATABASES: the same database, reached as one of the login roles."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        **ADDRESS.django(),
        "NAME": os.environ.get("OTDR_DATABASE_NAME", ADDRESS.name),
        "USER": role,
        "PASSWORD": SECRETS.password(role),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**dict(ADDRESS.params), **options},
    }


# Connections are pooled in the web processes only: a worker forks, and commands end.
POOL: dict[str, Any] = {"pool": {"min_size": 1, "max_size": 4}} if os.environ.get("OTDR_DB_POOL") else {}
DATABASES = {
    "default": database("otdr_app", **POOL),
    "owner": database("otdr_owner"),
    "hub": database("otdr_hub", **POOL),
    "ops": database("otdr_ops"),
}
DATABASE_ROUTERS = ["otdr_hub.lib.routing.OwnerMigrates"]
ROLES_ON_ONE_CONNECTION = False

AUTH_USER_MODEL = "governance.User"
AUTHENTICATION_BACKENDS = ["governance.access.backends.PasswordBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "hub:hub"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("OTDR_STATIC", VAR / "static"))
STATICFILES_DIRS = [BASE_DIR / "otdr_hub" / "static"]
STATICFILES_FINDERS = ["otdr_hub.styles.JoinedStyles"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Outside the database on purpose: what is signed here survives whatever is done to the tables.
CHECKPOINT_DIR = Path(os.environ.get("OTDR_CHECKPOINTS", VAR / "checkpoints"))
CHECKPOINT_KEY = SECRETS.checkpoint_key

LAKE_ROOT = Path(os.environ.get("OTDR_LAKE", VAR / "lake"))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "otdr_hub.errors.problem_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OTDR Hub",
    "DESCRIPTION": "Certified On-Time Delivery Rate. A market that may not be seen is in `not_shown` only.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "pgmq://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {}
    if "CELERY_BROKER_URL" in os.environ
    else {
        "conn_string": ADDRESS.conninfo(
            "otdr_broker", SECRETS.password("otdr_broker"), os.environ.get("OTDR_DATABASE_NAME")
        ),
        # The broker's role owns schema pgmq and nothing else, so it may not create extensions.
        "init_extension": False,
        "use_notify": True,
        "wait_time_seconds": 0,
        "pool_size": 2,
        "visibility_timeout": 3600,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Less than half the visibility timeout: a task is stopped long before its message comes again.
CELERY_TASK_TIME_LIMIT = 1700
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
