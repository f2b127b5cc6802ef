"""Starting, reusing, sharing and stopping a real server."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from otdr_hub.cluster import address as address_now
from otdr_hub.cluster import lock
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.home import PROJECT, Home
from otdr_hub.cluster.postgres import Server
from tests.cluster.conftest import postmaster, use_home

USER = """
import time
from otdr_hub.cluster import running
with running():
    print(1, flush=True)
    time.sleep(99)
"""


def cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "otdr_hub.cluster", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_cold_start_and_a_second_one_that_says_one_line(fresh_home: Home) -> None:
    cold = cli("up")
    assert cold.returncode == 0, cold.stderr
    assert "started in" in cold.stdout
    pid = postmaster(fresh_home)

    again = cli("up")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.count("\n") == 1
    assert "already running" in again.stdout
    assert postmaster(fresh_home) == pid

    assert cli("status").returncode == 0
    assert cli("down").stdout == "PostgreSQL stopped.\n"
    assert cli("status").returncode == 1
    assert cli("sideways").returncode == 2


def test_a_warm_start_keeps_the_data(home: Home) -> None:
    with lock.running() as address, _admin(address) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    with lock.running() as address, _admin(address) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_door_is_one_socket_with_a_password(home: Home) -> None:
    with lock.running() as address:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(address.conninfo("postgres", "wrong", "postgres"))
        with _admin(address) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
            assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
            rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
            assert rules == [("scram-sha-256",)]


def test_only_its_own_folders_are_private_and_no_parent_changes(place: Path, fresh_home: Home) -> None:
    home, parents = fresh_home, [place, *place.parents]
    before = [folder.stat().st_mode for folder in parents]
    with lock.running():
        for folder in (home.root, home.data, home.log, home.socket_dir):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        assert stat.S_IMODE((home.socket_dir / ".s.PGSQL.5432").stat().st_mode) == 0o700
        assert not list(home.root.glob(".initial-password*"))
        leaking = [
            file
            for file in home.root.glob("*")
            if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077
        ]
        assert leaking == []
    assert [folder.stat().st_mode for folder in parents] == before


@pytest.mark.parametrize("name", ["with blanks, a comma and 'quotes'", "long-" + "x" * 120])
def test_odd_and_long_paths(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for home in use_home(place / name, monkeypatch):
        assert home.socket_dir.parent != home.root, "this name cannot hold a socket"
        with lock.running() as address, _admin(address) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stat.S_IMODE(home.socket_dir.stat().st_mode) == 0o700


def test_the_last_of_several_users_turns_off_the_light(home: Home) -> None:
    address = address_now()
    first, second = lock.join(address), lock.join(address)
    assert (first.started, second.started) == (True, False)
    assert first.leave() is False
    assert _server(home).is_running()
    with pytest.raises(ClusterError, match="is used by"):
        lock.down(address)
    assert second.leave() is True
    assert not _server(home).is_running()


def test_a_killed_user_counts_as_gone_and_its_server_is_reused(home: Home) -> None:
    user = subprocess.Popen([sys.executable, "-c", USER], cwd=PROJECT, stdout=subprocess.PIPE)
    assert user.stdout is not None
    assert user.stdout.readline() == b"1\n"
    pid = postmaster(home)
    user.kill()
    user.wait()
    user.stdout.close()
    use = lock.join(address_now())
    assert (use.started, postmaster(home)) == (False, pid)
    assert use.leave() is True


def test_started_by_hand_it_stays_until_stopped_by_hand(home: Home) -> None:
    address = address_now()
    assert lock.up(address) is True
    with lock.running():
        pass
    assert _server(home).is_running()
    assert lock.down(address) is True
    with lock.running():
        pass
    assert not _server(home).is_running(), "an old mark must not keep a new server"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_plain_user_runs_it_alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = place / "plain"
    root.mkdir(mode=0o700)
    os.chown(root, 1, 1)
    for home in use_home(root, monkeypatch):

        def up_and_down(home: Home = home) -> None:
            with lock.running() as address, _admin(address) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
                assert Path(f"/proc/{postmaster(home)}").stat().st_uid == 1

        _as_user(1, up_and_down)
        assert not (home.root / "runtime").exists(), "a plain user needs no copy of the programs"


def test_database_url_starts_nothing_and_says_clearly_when_it_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a:secret@127.0.0.1:1/x")
    with (
        pytest.raises(ClusterError, match=r"DATABASE_URL: 127\.0\.0\.1:1 cannot be used as a") as raised,
        lock.running(),
    ):
        pass
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)
    monkeypatch.setenv("DATABASE_URL", "mysql://a:secret@h/x")
    with pytest.raises(ClusterError, match="not a PostgreSQL address"):
        address_now()


def _server(home: Home) -> Server:
    return Server(home, address_now(), "pw-postgres")


def _admin(address) -> psycopg.Connection:  # type: ignore[no-untyped-def]
    return psycopg.connect(address.conninfo("postgres", "pw-postgres", "postgres"), autocommit=True)


def _as_user(uid: int, act) -> None:  # type: ignore[no-untyped-def]
    """Run it in a forked process under another user; what it raises is written out and fails the test."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            act()
            code = 0
        except BaseException as error:
            os.write(2, f"as user {uid}: {error!r}\n".encode())
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
