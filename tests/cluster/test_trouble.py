"""What the machine did to us meanwhile: it starts, or says one clear line, and hurts nobody."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from otdr_hub.cluster import address as address_now
from otdr_hub.cluster import lock, postgres
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.home import Home, server_user
from otdr_hub.cluster.initialise import HALF_MADE
from otdr_hub.cluster.postgres import Server
from tests.cluster.conftest import postmaster


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server's own user that must come out of it unharmed."""
    sleeper = subprocess.Popen(["sleep", "100"], cwd="/", **server_user().popen_arguments())
    yield sleeper
    sleeper.kill()
    sleeper.wait()


def _one_line(error: pytest.ExceptionInfo[ClusterError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert "pw-" not in text
    return text


def test_a_process_id_taken_over_by_somebody_else(home: Home, bystander: subprocess.Popen[bytes]) -> None:
    with lock.running():
        left_behind = (home.data / "postmaster.pid").read_text()
    lines = left_behind.splitlines()
    (home.data / "postmaster.pid").write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
    with lock.running():
        assert postmaster(home) != bystander.pid
        assert bystander.poll() is None
    assert bystander.poll() is None


def test_a_killed_server_recovers_what_was_acknowledged(home: Home) -> None:
    with lock.running() as address:
        with psycopg.connect(address.conninfo("postgres", "pw-postgres", "postgres")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        os.kill(postmaster(home), signal.SIGKILL)
    with (
        lock.running() as address,
        psycopg.connect(address.conninfo("postgres", "pw-postgres", "postgres")) as connection,
    ):
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)


def test_a_frozen_server_is_named_and_not_touched(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", 2)
    address = address_now()
    lock.up(address)
    pid = postmaster(home)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(ClusterError, match="did not answer") as raised:
            lock.up(address)
        assert str(pid) in _one_line(raised)
        os.kill(pid, 0)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert lock.down(address) is True


def test_data_of_another_major_version_is_refused(fresh_home: Home) -> None:
    fresh_home.create()
    fresh_home.data.mkdir(mode=0o700)
    (fresh_home.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(ClusterError, match="made by PostgreSQL 15") as raised, lock.running():
        pass
    assert str(fresh_home.data) in _one_line(raised)
    assert os.listdir(fresh_home.data) == ["PG_VERSION"]


def test_a_half_made_database_is_made_again(fresh_home: Home) -> None:
    fresh_home.create()
    (fresh_home.root / HALF_MADE / "base").mkdir(parents=True)
    (fresh_home.root / ".initial-password").write_text("left behind")
    with lock.running():
        assert not (fresh_home.root / HALF_MADE).exists()
        assert not (fresh_home.root / ".initial-password").exists()


def test_a_damaged_data_directory_gives_postgres_own_reason(home: Home) -> None:
    with lock.running():
        pass
    (home.data / "global" / "pg_control").unlink()
    with pytest.raises(ClusterError, match="did not start") as raised, lock.running():
        pass
    assert str(home.log) in _one_line(raised)


def test_changed_passwords_are_adopted_while_down_and_refused_while_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_now()
    lock.up(address)
    monkeypatch.setenv("OTDR_POSTGRES_PASSWORD", "it's-another")
    with pytest.raises(ClusterError, match="refuses our password") as raised:
        lock.up(address)
    _one_line(raised)
    monkeypatch.setenv("OTDR_POSTGRES_PASSWORD", "pw-postgres")
    lock.down(address)
    monkeypatch.setenv("OTDR_POSTGRES_PASSWORD", "it's-another")
    with lock.running():
        pass
    assert "another" not in "".join(log.read_text(errors="replace") for log in home.log.iterdir())


def test_another_server_on_our_socket_is_never_stopped(home: Home, place: Path) -> None:
    address = address_now()
    lock.up(address)
    liar = Home(place / "elsewhere")
    liar.create()
    shutil.rmtree(liar.socket_dir)
    liar.socket_dir.symlink_to(home.socket_dir)
    with pytest.raises(ClusterError, match="keeps its data in"):
        Server(liar, address, "pw-postgres").stop()
    assert Server(home, address, "pw-postgres").is_running()


@pytest.mark.parametrize("trick", ["link", "open", "stranger"])
def test_a_folder_that_is_not_private_is_refused(trick: str, place: Path, fresh_home: Home) -> None:
    if trick == "link":
        fresh_home.root.symlink_to(place)
    else:
        fresh_home.root.mkdir()
        fresh_home.root.chmod(0o755 if trick == "open" else 0o700)
        if trick == "stranger" and os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        uid = 1 if trick == "stranger" else server_user().uid
        os.chown(fresh_home.root, uid, -1)
    with pytest.raises(ClusterError) as raised, lock.running():
        pass
    assert str(fresh_home.root) in _one_line(raised)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to nobody")
def test_root_does_not_open_a_closed_parent(place: Path, fresh_home: Home) -> None:
    place.chmod(0o700)
    with pytest.raises(ClusterError, match="cannot reach"), lock.running():
        pass
    assert place.stat().st_mode & 0o777 == 0o700


def test_start_lock_held_too_long_is_said(fresh_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.3)
    fresh_home.create()
    with (
        lock.starting(fresh_home.root),
        pytest.raises(ClusterError, match="starting or stopping"),
        lock.running(),
    ):
        pass
