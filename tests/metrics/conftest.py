"""What the tests of input over HTTP share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from governance.access.services import system
from governance.markets.services import MarketRow, markets_load
from tests.builders import person
from tests.metrics.sending import client_of


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the uploads the worker was told of."""
    told: list[str] = []
    monkeypatch.setattr(
        "metrics.uploads.queue.current_app.send_task", lambda *_, args, **__: told.append(args[0])
    )
    return told


@pytest.fixture
def brazil(db: None, settings: Any, tmp_path: Path, sent: list[str]) -> Path:
    """One market, and a folder with a lake and a spool of this test."""
    settings.LAKE_ROOT, settings.UPLOAD_SPOOL = tmp_path / "lake", tmp_path / "spool"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "spool"
    markets_load(rows=[MarketRow("BR", "Brazil", "America/Sao_Paulo", 1)], actor=system())
    return tmp_path


@pytest.fixture
def sender(brazil: Path) -> Client:
    """A session of somebody who may send files."""
    return client_of(person("data_engineer"))
