"""The secrets file: made once, private, never half-written."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.secrets import ENVIRONMENT, load


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*ENVIRONMENT.values(), "DATABASE_URL"):
        monkeypatch.delenv(variable, raising=False)


def test_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secrets.json"
    first = load(file)
    assert load(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert len({getattr(first, name) for name in ENVIRONMENT}) == len(ENVIRONMENT)
    assert repr(first) == "Secrets()"


def test_racing_processes_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load(tmp_path / "secrets.json"), range(16)))
    assert len(set(found)) == 1
    assert not list(tmp_path.glob(".secrets-*"))


def test_environment_wins_and_can_replace_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secrets.json"
    monkeypatch.setenv("OTDR_APP_PASSWORD", "given")
    assert load(file).otdr_app == "given"
    file.unlink()
    for name, variable in ENVIRONMENT.items():
        if name not in ("postgres", "otdr_test"):
            monkeypatch.setenv(variable, "given")
    monkeypatch.setenv("DATABASE_URL", "postgres://h/n")
    secrets = load(file)
    assert not file.exists()
    with pytest.raises(ClusterError, match="OTDR_TEST_PASSWORD"):
        secrets.password("otdr_test")


def test_a_damaged_file_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text("{")
    with pytest.raises(ClusterError, match="is not JSON"):
        load(file)
    assert file.read_text() == "{"
