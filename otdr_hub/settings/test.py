"""Tests: one login that may switch between the roles, so that a rolled-back transaction sees it all."""

from otdr_hub import cluster
from otdr_hub.settings.base import *  # noqa: F403 (settings are read by name)
from otdr_hub.settings.base import DATABASES

DEMO_ACCOUNTS = True
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES["default"] |= {
    "USER": "otdr_test",
    "PASSWORD": cluster.load_secrets().otdr_test,
    "OPTIONS": {**DATABASES["default"]["OPTIONS"], "options": "-c role=otdr_app"},
}
ROLES_ON_ONE_CONNECTION = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
