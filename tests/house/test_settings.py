"""Settings: each module loads, production has nothing to warn about, migrations say all the models say."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from otdr_hub import settings
from otdr_hub.cluster.secrets import ENVIRONMENT
from tests.house.conftest import PROJECT


def _python(*arguments: str, environment: dict[str, str]) -> str:
    """Run Python with these variables and no other of ours; its output."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OTDR_", "DJANGO_", "DATABASE_", "CELERY_"))
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        check=False,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", [found.name for found in pkgutil.iter_modules(settings.__path__)])
def test_every_settings_module_loads(name: str) -> None:
    _python("-W", "error", "-c", f"import otdr_hub.settings.{name}", environment={})


def test_production_has_nothing_to_warn_about() -> None:
    secrets = {key: f"a-secret-of-this-test-that-is-long-enough-{key}" for key in ENVIRONMENT.values()}
    environment = secrets | {
        "DJANGO_SETTINGS_MODULE": "otdr_hub.settings.production",
        "DATABASE_URL": "postgresql://administrator:x@database.example/otdr",
        "OTDR_ALLOWED_HOSTS": "otdr.example",
    }
    said = _python("manage.py", "check", "--deploy", "--fail-level", "WARNING", environment=environment)
    assert "no issues (0 silenced)" in said


def test_migrations_say_all_that_the_models_say() -> None:
    loader = MigrationLoader(None)
    wanted = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    missing = wanted.changes(graph=loader.graph)
    assert {label: [str(item) for item in items] for label, items in missing.items()} == {}
