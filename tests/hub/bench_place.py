"""A database for measuring: the demonstration at a small scale, in a copy of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django


@contextmanager
def demonstration() -> Iterator[tuple[object, Path]]:
    """The loaded database and a folder beside it; both are gone afterwards."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "otdr_hub.settings.test"
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from otdr_hub import cluster, grants
    from otdr_hub.cluster import testing
    from tests.conftest import OwnDatabase, Server

    name = f"test_bench_{os.getpid()}"
    with cluster.running() as address, tempfile.TemporaryDirectory() as kept:
        secrets, folder = cluster.load_secrets(), Path(kept)
        cluster.prepare(address, secrets, name)
        testing.prepare_test(address, secrets, name)
        try:
            connections["owner"].settings_dict["NAME"] = name
            call_command("migrate", database="owner", verbosity=0)
            grants.apply()
            connections.close_all()
            database = OwnDatabase(Server(address, secrets), name, folder)
            database.manage("demo", "load", "--today", "2026-11-20", "--scale", "0.25")
            yield database, folder
        finally:
            testing.drop(address, secrets, name)
