"""The tests' PostgreSQL: a template database migrated once, and copies of it where commits are real.

- An ordinary test asks for `db`: one connection, one transaction, rolled back. It enters the hub
  through the same helper as production, which there switches the role.
- A test that needs two connections, a live server or a worker asks for `own_database`: a copy of the
  template, used through the real login roles, dropped afterwards.
"""

from __future__ import annotations

import fcntl
import functools
import itertools
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from otdr_hub import cluster, grants
from otdr_hub.cluster import testing
from tests import sharing
from tests.faults import NAMED

# An example's time says something of the machine, and of what else it does; nothing of the code.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")
PROJECT = Path(__file__).resolve().parent.parent
_number = itertools.count()
TEMPLATE = f"test_template_{os.getpid()}"


@functools.cache
def _checkpoints() -> Path:
    """Made only when a test writes there; asked late, for benchmarks import this before they say their settings."""
    return Path(settings.CHECKPOINT_DIR)


@pytest.hookimpl(
    wrapper=True, tryfirst=True
)  # before a choice by mark is made, and after pytest-django's order
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """Name the fault cases; where several processes share the tests, put what takes longest first."""
    for item in items:
        if item.nodeid.partition("[")[0] in NAMED:
            item.add_marker(pytest.mark.faults)
    result = yield
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: sharing.rank(item.nodeid))
    return result


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> sharing.ByFile | None:
    """How tests are shared out where several processes run them by file."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by their number of tests, when the order here is by time
    return sharing.ByFile(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What one test signed, in a transaction that is gone, says nothing of another one's database."""
    settings.CHECKPOINT_DIR = _checkpoints() / str(next(_number))


@dataclass(frozen=True)
class Server:
    """The running server, and how to reach a database of it as any role."""

    address: cluster.Address
    secrets: cluster.Secrets

    def connect(self, database: str, role: str, *, autocommit: bool = True) -> psycopg.Connection:
        """A connection of its own, as a real login."""
        info = self.address.conninfo(role, self.secrets.password(role), database)
        return psycopg.connect(info, autocommit=autocommit)


@dataclass(frozen=True)
class OwnDatabase:
    """A database of one test, with the environment that points commands and servers at it."""

    server: Server
    name: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a subprocess that works on this database with production's roles."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "otdr_hub.settings.dev",
            "OTDR_LAKE": str(self.folder / "lake"),
            "OTDR_SPOOL": str(self.folder / "spool"),
            # The demonstration has a fixed day; when the tests run, its next week may long have been due.
            "OTDR_OVERDUE": "36500",
            **self.names,
        }

    @property
    def checkpoints(self) -> Path:
        """The folder of this database's signed checkpoints; copies of a database part ways."""
        return self.folder / f"checkpoints-{self.name}"

    @property
    def names(self) -> dict[str, str]:
        """What tells this database from another copy: its name, and where its checkpoints are."""
        return {"OTDR_DATABASE_NAME": self.name, "OTDR_CHECKPOINTS": str(self.checkpoints)}

    def connect(self, role: str = "otdr_app", *, autocommit: bool = True) -> psycopg.Connection:
        """A connection of its own, as a real login role (`postgres` is the superuser)."""
        return self.server.connect(self.name, role, autocommit=autocommit)

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` as a user would; its output is text."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """PostgreSQL for the whole session: embedded, or DATABASE_URL's."""
    with cluster.running() as address:
        yield Server(address, cluster.load_secrets())


@pytest.fixture(scope="session")
def template(server: Server, django_db_blocker: Any) -> Iterator[str]:
    """A migrated, empty database nobody writes to; others are copied from it."""
    address, secrets = server.address, server.secrets
    cluster.prepare(address, secrets, TEMPLATE)
    testing.prepare_test(address, secrets, TEMPLATE)
    connections["owner"].settings_dict["NAME"] = TEMPLATE
    try:
        with django_db_blocker.unblock():
            call_command("migrate", database="owner", verbosity=0)
            grants.apply()
            connections["owner"].close()
        yield TEMPLATE
    finally:
        testing.drop(address, secrets, TEMPLATE)


@pytest.fixture(scope="session")
def django_db_setup(server: Server, template: str, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's hook: the ordinary tests' database is one copy of the template."""
    name = f"{template}_shared"
    testing.clone(server.address, server.secrets, template, name)
    for alias in settings.DATABASES:
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        with django_db_blocker.unblock():
            connections.close_all()
        testing.drop(server.address, server.secrets, name)


@pytest.fixture
def own_database(server: Server, template: str, tmp_path: Path) -> Iterator[OwnDatabase]:
    """A copy of the template for one test, where commits are real and every role is a login."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    testing.clone(server.address, server.secrets, template, name)
    try:
        yield OwnDatabase(server, name, tmp_path)
    finally:
        testing.drop(server.address, server.secrets, name)


@contextmanager
def _loaded_once(
    server: Server, template: str, factory: pytest.TempPathFactory, run: str
) -> Iterator[OwnDatabase]:
    """The demonstration, loaded by whichever process of this run needs it first; the last one drops it.

    Nobody may connect to it: it is copied, and a copy fails while somebody is there.
    """
    place = factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place  # which all processes share
    database = OwnDatabase(server, f"test_demo_{run[:12]}", place / "demo-of-all")
    with (place / "demo.lock").open("w") as turn, (place / "demo.users").open("w") as users:
        fcntl.flock(turn, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if not database.folder.exists():
            testing.clone(server.address, server.secrets, template, database.name)
            try:
                database.manage("demo", "load", "--today", "2026-11-20", "--scale", "0.25")
            except BaseException:
                testing.drop(server.address, server.secrets, database.name)
                shutil.rmtree(database.folder, ignore_errors=True)
                raise
        fcntl.flock(turn, fcntl.LOCK_UN)
        try:
            yield database
        finally:
            fcntl.flock(turn, fcntl.LOCK_EX)
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                testing.drop(server.address, server.secrets, database.name)
                shutil.rmtree(database.folder)


@pytest.fixture(scope="session")
def loaded_template(
    server: Server, template: str, tmp_path_factory: pytest.TempPathFactory, testrun_uid: str
) -> Iterator[OwnDatabase]:
    """The ShopSwift demonstration at a small scale: this process' own copy, lake and all."""
    name = f"{template}_demo"
    mine = OwnDatabase(server, name, tmp_path_factory.mktemp("demo"))
    try:
        with _loaded_once(server, template, tmp_path_factory, testrun_uid) as loaded:
            testing.clone(server.address, server.secrets, loaded.name, name)
            shutil.copytree(loaded.folder, mine.folder, dirs_exist_ok=True)
            (mine.folder / loaded.checkpoints.name).rename(mine.checkpoints)
            yield mine
    finally:
        testing.drop(server.address, server.secrets, name)


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of the static files as they are served, collected once: for OTDR_STATIC of a server."""
    folder = str(tmp_path_factory.mktemp("static"))
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        cwd=PROJECT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "otdr_hub.settings.dev", "OTDR_STATIC": folder},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return folder


@contextmanager
def copy_of(original: OwnDatabase) -> Iterator[OwnDatabase]:
    """A copy of a database and its checkpoints, dropped afterwards."""
    server, name = original.server, f"test_{uuid.uuid4().hex[:12]}"
    copy = OwnDatabase(server, name, original.folder)
    testing.clone(server.address, server.secrets, original.name, name)
    try:
        shutil.copytree(original.checkpoints, copy.checkpoints)
        yield copy
    finally:
        testing.drop(server.address, server.secrets, name)


@pytest.fixture
def demo(loaded_template: OwnDatabase) -> Iterator[OwnDatabase]:
    """A copy of the loaded demonstration for one test; its lake is the shared, unchanging one."""
    with copy_of(loaded_template) as copy:
        yield copy
