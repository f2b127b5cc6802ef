"""Settings every environment shares. Secrets come from the environment or var/secrets.json."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from otdr_hub import cluster
from otdr_hub.settings.signin import *  # noqa: F403 (settings are read by name)
from otdr_hub.settings.signin import SINGLE_SIGN_ON_ORIGINS

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = BASE_DIR / "var"
SECRETS = cluster.load_secrets()
ADDRESS = cluster.address()

SECRET_KEY = SECRETS.secret_key
# Older keys, comma-separated: what was encrypted or signed under them can still be read.
SECRET_KEY_FALLBACKS = list(filter(None, os.environ.get("OTDR_OLD_SECRET_KEYS", "").split(",")))
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "otdr_hub.hub.switch.reserve.reserved",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "governance.access.door.DoorMiddleware",
    "axes.middleware.AxesMiddleware",
    "otdr_hub.errors.refusals",
    # Innermost: it may run the view a second time.
    "otdr_hub.hub.freshness.fresh_numbers",
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
                "governance.access.context.door",
                "otdr_hub.demo.context.accounts",
                "metrics.uploads.context.rooms",
                "otdr_hub.hub.desk.context.desk",
                "governance.audit.context.rooms",
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


# Threads of one web process; and as many for acting on the kill switch, and for looking at it, which have
# pools of their own (`otdr_hub.threads`, `otdr_hub.hub.switch.reserve`).
PAGE_THREADS, RESERVED_THREADS = 8, 2
# Connections are pooled in the web processes only: a worker forks, and commands end. Three more than there
# are threads: for who asks again about open streams, and for files that leave piece by piece.
_SIZES = {"min_size": 2, "max_size": PAGE_THREADS + 3, "timeout": 5}
POOL: dict[str, Any] = {"pool": _SIZES} if os.environ.get("OTDR_DB_POOL") else {}
DATABASES = {
    "default": database("otdr_app", **POOL),
    "owner": database("otdr_owner"),
    "hub": database("otdr_hub", **POOL),
    "ops": database("otdr_ops"),
}
DATABASE_ROUTERS = ["otdr_hub.lib.routing.OwnerMigrates"]
ROLES_ON_ONE_CONNECTION = False

AUTH_USER_MODEL = "governance.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
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
        "form-action": ["'self'", *SINGLE_SIGN_ON_ORIGINS],
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
STATICFILES_FINDERS = ["otdr_hub.styles.JoinedStyles", "otdr_hub.bundles.PlotlyBundle"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "otdr_hub.bundles.StaticStorage"},
}

# Outside the database on purpose: what is signed here survives whatever is done to the tables.
CHECKPOINT_DIR = Path(os.environ.get("OTDR_CHECKPOINTS", VAR / "checkpoints"))
CHECKPOINT_KEY = SECRETS.checkpoint_key

# Pages are rendered once for each state of the record (`otdr_hub.hub.reuse`).
PAGES_REUSED = True
# How long a projector view (`?present=1`) keeps its numbers without contact, counting down before all eyes.
PRESENT_GAP_SECONDS = int(os.environ.get("OTDR_PRESENT_GAP", "30"))
# After how long a page with numbers asks again by itself where there is no script to hide them.
STILL_SECONDS = int(os.environ.get("OTDR_STILL", "30"))
# From the Monday of a week until the next one is due: each of the two is over, the later one has waited its
# three days for news, and had two more to be signed in.
OVERDUE_DAYS = int(os.environ.get("OTDR_OVERDUE", str(7 + 7 + 3 + 2)))

LAKE_ROOT = Path(os.environ.get("OTDR_LAKE", VAR / "lake"))

# What comes over HTTP goes to disk, here, whatever its size, until the worker has read it.
UPLOAD_SPOOL = Path(os.environ.get("OTDR_SPOOL", VAR / "spool"))
UPLOAD_LIMIT = int(os.environ.get("OTDR_UPLOAD_LIMIT", "2_000_000_000"))  # bytes of one file
FILE_UPLOAD_TEMP_DIR = UPLOAD_SPOOL
FILE_UPLOAD_HANDLERS = ["metrics.uploads.spool.SpoolHandler"]

REST_FRAMEWORK = {
    # The first one says how to come in, so whoever does not is answered with 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "governance.access.api.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["governance.access.api.Admitted", "governance.access.api.InScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "otdr_hub.errors.problem_handler",
    # What an address can do is in the schema; OPTIONS is answered with 405 like any method it lacks.
    "DEFAULT_METADATA_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OTDR Hub",
    "DESCRIPTION": "Certified On-Time Delivery Rate. A market that may not be seen is in `not_shown` only.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "DecisionKind": "governance.decisions.models.LaunchDecision.Kind",
        "SeatVerdict": "governance.decisions.models.Verdict.Word",
        "GateState": [("ok", "ok"), ("open", "open"), ("blocked", "blocked")],
        "AnswerVerdict": [(word, word) for word in ("approve", "except", "ask", "reject")],
        "VersionState": "governance.versions.states.VersionState",
        "ShownState": [("certified", "certified"), ("known_issue", "known_issue")],
        "PublicationStateEnum": [(word, word) for word in ("valid", "superseded", "withdrawn")],
        "AbsenceReasonEnum": [
            (word, word) for word in ("undecided", "excluded", "switched_off", "needs_signing")
        ],
        "UploadStateEnum": "metrics.uploads.states.UploadState",
        "BatchStateEnum": "metrics.events.models.Batch.State",
        "BatchKindEnum": "metrics.events.models.Batch.Kind",
        "CaseState": [("open", "open"), ("resolved", "resolved")],
        "CaseVerdictEnum": "governance.cases.models.CaseVerdict.Verdict",
        "CaseNoteKind": "governance.cases.models.CaseNote.Kind",
    },
    "SERVE_PERMISSIONS": ["governance.access.api.Admitted", "governance.access.api.InScope"],
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
    # The door raises its own alarms, in one line each (`governance.access.alarms`).
    # What makes the PDF names each step, and each rule of the style sheet that paper does not need.
    "loggers": {
        "axes": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "weasyprint.progress": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
