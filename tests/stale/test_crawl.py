"""No address that carries numbers is missing from the race's list, and none says what is not to be seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT, OwnDatabase, copy_of
from tests.stale.leaking import EXPECTED
from tests.stale.queries import asked, reading_modules
from tests.stale.surfaces import AUDIT, DESK, SURFACES, UNREACHED

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
# A crawl takes minutes, many on a busy machine, and whoever is first waits for the demonstration, too.
SECONDS = 3600 if FULL else 1800
pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS)]


def crawl(original: OwnDatabase, *arguments: str):
    """What the crawler finds on a copy, in a process of its own with production's roles."""
    with copy_of(original) as copy:
        done = subprocess.run(
            [sys.executable, "-m", "tests.stale.crawler", *arguments],
            cwd=PROJECT, env=copy.environment, capture_output=True, text=True, check=False,
            timeout=SECONDS - 100,
        )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def crawled(loaded_template: OwnDatabase):
    """One crawl for all."""
    return crawl(loaded_template, *([] if FULL else ["--few-roles"]))


def test_a_page_that_leaks_is_found_out(loaded_template):
    """A rate without any count, and a figure read around the guard."""
    faults = crawl(loaded_template, "--self-test")["faults"]
    assert [words for words in EXPECTED if not any(fault.startswith(words) for fault in faults)] == []


def test_every_route_with_numbers_is_listed_and_none_leaks(crawled):
    assert crawled["faults"] == []
    assert crawled["noisy"] == [], "these differ from one asking to the next: say what passes in `looks`"
    listed = {s.route for s in SURFACES} - set(crawled["not_there"])
    assert set(crawled["bearing"]) == {*listed, *DESK, *AUDIT}
    assert crawled["looks"] > (5 if FULL else 3) * crawled["addresses"] > 0


def test_every_route_was_reached_or_it_is_said_why_not(crawled):
    assert set(crawled["unreached"]) == set(UNREACHED), "a new route needs an argument that leads somewhere"


def test_whatever_a_page_takes_besides_its_address_is_asked(crawled):
    # A market that may not be seen is not there on paper either.
    assert crawled["refused"] == ["404 /markets/BR/?print=1"]
    assert set(asked("US", "BR", "FR")) == reading_modules(), (
        "say in `queries` what the new page is asked for"
    )


def test_no_page_of_an_error_and_no_line_of_the_log_holds_a_figure(crawled):
    """K1: pages that break after their numbers were read, addresses that lead nowhere, health, the schema."""
    assert [one for one in crawled["broken"] if one["seen"] or one["sums"]] == []
    torn = [one for one in crawled["broken"] if one["status"] == 500]
    assert {one["path"] for one in torn} >= {"GET /", "GET /api/v1/hub"}
    assert [one for one in torn if one["kept"]] == []
    assert crawled["log"]["lines"] > 10
    assert crawled["log"]["seen"] == 0
