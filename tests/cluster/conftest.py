"""Homes of their own for real servers, given back whatever a test did to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from otdr_hub.cluster import address as address_now
from otdr_hub.cluster import home as homes
from otdr_hub.cluster import initialise, lock
from otdr_hub.cluster.secrets import ENVIRONMENT


@contextlib.contextmanager
def clean_place(patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder any user may pass through, with every secret set by environment; gone afterwards."""
    # pytest's own folders are closed to `nobody`, who runs the server for root
    folder = Path(tempfile.mkdtemp(prefix="otdr-t-"))
    folder.chmod(0o711)
    for name, variable in ENVIRONMENT.items():
        patch.setenv(variable, f"pw-{name}")
    patch.delenv("DATABASE_URL", raising=False)
    arguments = initialise._initdb_arguments()  # no test survives a power cut anyway
    patch.setattr(initialise, "_initdb_arguments", lambda: [*arguments, "--no-sync"])
    try:
        yield folder
    finally:
        for pid_file in folder.rglob("postmaster.pid"):
            _end_server_of(pid_file)
        shutil.rmtree(folder)


def copy_home(made: Path, folder: Path) -> Path:
    """A copy of a made home, owners and modes included."""
    target = folder / "pg"
    target.mkdir(mode=0o700)
    shutil.copystat(made, target)
    os.chown(target, made.stat().st_uid, made.stat().st_gid)
    for part in made.iterdir():
        # the programs (there only for root) are linked, which is quicker
        options = "-al" if part.name == "runtime" else "-a"
        subprocess.run(["cp", options, str(part), str(target / part.name)], check=True)
    return target


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A clean place for one test."""
    with clean_place(monkeypatch) as folder:
        yield folder


@pytest.fixture
def fresh_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[homes.Home]:
    """A home where nothing is yet, named by OTDR_HOME."""
    yield from use_home(place / "pg", monkeypatch)


@pytest.fixture(scope="session")
def made_home() -> Iterator[Path]:
    """A home with a database in it, made once and copied by the tests that need no cold start."""
    with pytest.MonkeyPatch.context() as patch, clean_place(patch) as folder:
        for _home in use_home(folder / "pg", patch):
            with lock.running():
                pass
        with (folder / "pg/data/postgresql.conf").open("a") as settings:
            settings.write("fsync = off\n")
        patch.undo()
        yield folder / "pg"


@pytest.fixture
def home(made_home: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[homes.Home]:
    """A home of the test's own with a database in it, not running, named by OTDR_HOME."""
    yield from use_home(copy_home(made_home, place), monkeypatch)


def use_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[homes.Home]:
    """Point OTDR_HOME to a folder and stop what runs there afterwards."""
    monkeypatch.setenv("OTDR_HOME", str(root))
    found = homes.locate()
    yield found
    with contextlib.suppress(Exception):
        lock.down(address_now())
    if found.socket_dir.parent != found.root:
        shutil.rmtree(found.socket_dir, ignore_errors=True)


def postmaster(home: homes.Home) -> int:
    """The server's process id, as it wrote it."""
    return int((home.data / "postmaster.pid").read_text().splitlines()[0])


def _end_server_of(pid_file: Path) -> None:
    """A test failed half-way: end the server only if it stands in this very folder."""
    with contextlib.suppress(OSError, ValueError):
        pid = int(pid_file.read_text().splitlines()[0])
        if os.path.realpath(f"/proc/{pid}/cwd") == str(pid_file.parent):
            os.kill(pid, signal.SIGKILL)
