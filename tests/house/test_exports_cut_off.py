"""A file on its way when something is switched off: cut off, never silently short, and said so (K3)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from governance.access.models import User
from governance.killswitch.services import shutoff_activate
from otdr_hub.hub.exports import views
from otdr_hub.hub.freshness import NumbersChangedError
from tests import builders


@pytest.fixture
def streamed(db: None, lake: Path, rf: RequestFactory) -> Iterator[bytes]:
    """The chunks of a CSV that shows AA."""
    builders.published(lake)
    request = rf.get("/")
    request.user = User(username="exec")
    answer: Any = views.csv(request)
    return iter(answer.streaming_content)


def test_a_csv_in_flight_is_cut_off_by_a_kill_and_the_log_says_so(
    streamed: Iterator[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    assert next(streamed).startswith(b"\xef\xbb\xbfdisclosure,")
    shutoff_activate(market="AA", category="data_quality", actor=builders.person("admin"))
    with caplog.at_level(logging.WARNING), pytest.raises(NumbersChangedError):
        next(streamed)
    del streamed
    assert "export.aborted csv by exec: otdr-P-1-" in caplog.text


def test_a_csv_that_nothing_stops_is_whole(
    streamed: Iterator[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        lines = b"".join(streamed).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2 * 1
    assert "aborted" not in caplog.text
