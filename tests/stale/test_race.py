"""The race in small, on a copy of the demonstration: the whole of it is `python -m tests.stale`."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import OwnDatabase
from tests.stale.race import NAMES, Race, Size, prepare, unread
from tests.stale.reads import CACHED_SURFACE, SURFACES
from tests.stale.report import as_object
from tests.stale.stage import Stage

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
SECONDS = 1200
SMALL = Size(reads=600, http=40, kills=20, every=1.0, restarts=0, readers=1, browsers=1, seconds=900)
WHOLE = Size(reads=20_000, http=1_000, kills=300, restarts=0, seconds=900)
CACHED = SURFACES[CACHED_SURFACE]
pytestmark = pytest.mark.timeout(SECONDS)


@pytest.fixture
def stage(demo: OwnDatabase, tmp_path: Path) -> Stage:
    """A copy on the server that others use, too: it is not stopped."""
    return Stage(tmp_path, demo.name, demo.environment, is_own_server=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the processes write."""
    place = tmp_path / "race"
    place.mkdir()
    return place


@pytest.mark.faults
def test_no_answer_is_stale_while_markets_go_off_and_on_and_things_break(stage, folder):
    size = WHOLE if FULL else SMALL
    found = as_object(Race(stage, prepare(stage), size, folder).run(print, with_web=True))
    assert (found["stale"], found["too_new"], found["mismatched"], found["problems"]) == (0, 0, 0, []), found
    assert found["reads_database"] >= size.reads
    assert found["reads_http"] >= size.http
    assert found["kills"] >= size.kills
    assert [name for name in NAMES if name != CACHED and not found["by_surface"].get(name)] == []
    assert found["asked_while_something_was_off"] > found["reads_database"] / 50
    assert set(found["kill_ms"]) >= {"service", "api", "page", "command"}, (
        "every way of switching off was used"
    )
    happened = {name for name, count in found["faults"].items() if count}
    assert happened - {"worker and beat absent"}, "something broke meanwhile"


def test_a_reader_that_keeps_answers_for_a_second_is_found_out(stage, folder):
    """Even where it does not say of which epoch they are: the figures do. (Kept from before a market came
    back, an answer shows too little: that is not stale but wrong all the same, and the cache's alone.)"""
    size = Size(reads=200, http=0, kills=20, every=0, readers=1)
    found = Race(stage, prepare(stage), size, folder).run(print, with_web=False, cached=False)
    assert found.verdict.stale > 0
    assert {words.split(" says ")[0].split(": ")[1] for words in found.verdict.wrong} == {
        "a cache of one second"
    }


def test_a_surface_that_was_never_read_is_a_problem_of_the_race():
    read = Counter(dict.fromkeys(NAMES, 1))
    assert unread(read, has_web=True) == []
    del read["/export/hub.pdf"]
    assert unread(read, has_web=True) == ["never read: /export/hub.pdf"]
