"""Answers on their way while something is stopped: real connections, held at a lock, let go after the commit."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace

import psycopg
import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from otdr_hub.hub import freshness, reuse
from otdr_hub.hub.reading import State
from tests.browser.served import Web, serving
from tests.conftest import OwnDatabase
from tests.hub.wire import ask, session_of

MARKET = "INSERT INTO governance_market (code, name, zone, priority) VALUES (%s, %s, 'UTC', 9)"
# Read by the menu of whoever signs, after the numbers have been read.
LATER = "governance_signoffrequest"


def _wait_for_lock(watching: psycopg.Connection, what: str, number: int = 1) -> None:
    waiting = f"SELECT 1 FROM pg_locks WHERE NOT granted AND {what}"
    deadline = time.monotonic() + 60
    while len(watching.execute(waiting).fetchall()) < number:
        assert time.monotonic() < deadline, f"fewer than {number} came to the lock"
        time.sleep(0.02)


@contextmanager
def _two_servers(database: OwnDatabase, static: str) -> Iterator[list[str]]:
    environment = database.environment | {"OTDR_STATIC": static}
    servers = [Web(environment), Web(environment)]
    try:
        for server in servers:
            server.start()
        yield [server.url for server in servers]
    finally:
        for server in servers:
            server.stop()


def test_a_page_in_flight_is_made_again_and_nothing_old_is_written_back(
    demo: OwnDatabase, collected: str
) -> None:
    key = session_of(demo, "finance")
    with (
        _two_servers(demo, collected) as urls,
        demo.connect("postgres") as watching,
        ThreadPoolExecutor() as pool,
    ):
        # Each has made the page once; from here on it is used again.
        assert all('href="/markets/US/"' in ask(url, "/", key)[2] for url in urls)
        pages = [
            re.sub(r"<p class=.moment.*?</p>|<main .*?>", "", ask(urls[0], "/", key)[2]) for _ in range(2)
        ]
        assert pages[0].partition("<main")[2] == pages[1].partition("<main")[2]
        with demo.connect() as moving:
            moving.execute(MARKET, ["AA", "Another"])

        with demo.connect("postgres", autocommit=False) as holding:
            holding.execute(f"LOCK TABLE {LATER} IN ACCESS EXCLUSIVE MODE")
            flying = [pool.submit(ask, url, "/", key) for url in urls]
            _wait_for_lock(watching, f"relation = '{LATER}'::regclass", len(urls))
            demo.manage("shutoff", "US", "--category", "data_quality", "--as", "admin")
            holding.rollback()
        answers = [one.result() for one in flying]
        # And whatever was made under the epoch before has been put away by now: nobody is given it.
        answers += [ask(url, "/", key) for url in urls for _ in range(20)]
        for status, headers, body in answers:
            assert status == 200
            assert "no-store" in headers["cache-control"]
            assert "etag" not in headers
            assert "Covers 9 of 13 markets" in body
            assert "United States is switched off." in body


def test_numbers_that_change_twice_are_withheld(db: None, rf: RequestFactory) -> None:
    made: list[int] = []
    planned: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        """Reads, and then something is decided while its answer is made, as often as planned."""
        epoch = freshness.current_epoch()
        if planned:
            with connection.cursor() as cursor:
                cursor.execute(MARKET, [(code := planned.pop()), f"Market {code}"])
        made.append(epoch)
        return freshness.numbered(HttpResponse(f"93.{len(made)} %", content_type="text/plain"), epoch)

    for moves, status, times in ((), 200, 1), (("M1",), 200, 2), (("M2", "M3"), 503, 2):
        made.clear()
        planned[:] = moves
        response = freshness.fresh_numbers(view)(rf.get("/"))
        assert (response.status_code, len(made)) == (status, times)
        assert ("%" in response.content.decode()) == (status == 200)
    for method, path, kind in (
        ("post", "/", "text/html"),
        ("get", "/api/v1/hub", "application/problem+json"),
    ):
        made.clear()
        planned[:] = [f"{method}1", f"{method}2"]
        response = freshness.fresh_numbers(view)(getattr(rf, method)(path))
        assert response.status_code == 503
        assert response["Content-Type"].startswith(kind)
        assert "no-store" in response["Cache-Control"]
        # What was done is not done twice.
        assert len(made) == (1 if method == "post" else 2)


def test_a_streamed_export_in_flight_is_cut_off_and_never_silently_short(own_database: OwnDatabase) -> None:
    environment = own_database.environment | {"DJANGO_SETTINGS_MODULE": "tests.hub.streamed_settings"}
    with serving(environment) as url, own_database.connect() as moving, own_database.connect() as holding:
        for is_moved in (False, True):
            holding.execute("SELECT pg_advisory_lock(7)")
            host, port = url.removeprefix("http://").split(":")
            with closing(http.client.HTTPConnection(host, int(port), timeout=60)) as client:
                client.request("GET", "/export")
                answer = client.getresponse()
                assert (answer.status, answer.readline()) == (200, b"first line\n")
                _wait_for_lock(holding, "locktype = 'advisory' AND objid = 7")
                if is_moved:
                    moving.execute(MARKET, ["AA", "Another"])
                holding.execute("SELECT pg_advisory_unlock(7)")
                if not is_moved:
                    assert answer.read() == b"line 0\nline 1\nline 2\n"
                    continue
                with pytest.raises(http.client.IncompleteRead) as short:
                    answer.read()
                assert short.value.partial == b""


def test_a_page_is_found_only_under_the_very_state_it_was_made_under() -> None:
    shelf, made = reuse._Shelf(), State(7, "2026-11-20", "a", "c0ffee")
    kept = reuse.Kept("before", "after")
    shelf.put(("/",), made, kept)
    assert shelf.take(("/",), made) is kept
    changes = {"day": "2026-11-21", "server": "b", "epoch": 6, "record": "beef"}
    for name, value in changes.items():
        other = replace(made, **{name: value})
        assert shelf.take(("/",), other) is None
    assert shelf.take(("/?present=1",), made) is None
    # An epoch that has gone back is another history, whatever its number.
    assert shelf.take(("/",), replace(made, epoch=8)) is None
    assert shelf.take(("/",), made) is None
