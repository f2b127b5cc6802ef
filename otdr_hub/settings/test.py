"""Tests: one login that may switch between the roles, so that a rolled-back transaction sees it all."""

import os
import tempfile
from pathlib import Path

from otdr_hub import cluster
from otdr_hub.settings.base import *  # noqa: F403 (settings are read by name)
from otdr_hub.settings.base import DATABASES

DEMO_ACCOUNTS = True
# Browsers take plain HTTP on `localhost` for secure; passkeys do not work at 127.0.0.1, which is no name.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES["default"] |= {
    "USER": "otdr_test",
    "PASSWORD": cluster.load_secrets().otdr_test,
    "OPTIONS": {**DATABASES["default"]["OPTIONS"], "options": "-c role=otdr_app"},
}
ROLES_ON_ONE_CONNECTION = True
# What is rolled back takes its epoch with it, so there the same epoch comes again with other numbers.
PAGES_REUSED = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# What a checkout has signed in earnest says nothing of a test's database; this is made when first written to.
CHECKPOINT_DIR = Path(tempfile.gettempdir()) / f"otdr-tests-{os.getpid()}" / "checkpoints"
# Messages of tests go nowhere; those with a worker run their processes under the dev settings.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
