"""Open streams on a real server and database: the pulse, who may listen, and a database frozen or gone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.served import serving
from tests.conftest import OwnDatabase
from tests.hub.wire import Wire, ask, sessions, stream, wired

MARKET = "INSERT INTO governance_market (code, name, zone, priority) VALUES (%s, %s, 'UTC', 9)"


def _move(database: OwnDatabase, code: str) -> int:
    """Something that decides what may be seen; the epoch after it."""
    with database.connect() as connection:
        connection.execute(MARKET, [code, f"Market {code}"])
        (epoch,) = connection.execute("SELECT value FROM governance_epoch").fetchone()  # type: ignore[misc]
    return int(epoch)


def _epoch(database: OwnDatabase) -> int:
    with database.connect() as connection:
        (epoch,) = connection.execute("SELECT value FROM governance_epoch").fetchone()  # type: ignore[misc]
    return int(epoch)


@pytest.fixture
def through(own_database: OwnDatabase, collected: str) -> Iterator[tuple[Wire, str]]:
    """A wire, and the address of a server behind it."""
    with wired(own_database) as (wire, environment):
        environment["OTDR_STATIC"] = collected
        with serving(environment) as url:
            yield wire, url


def test_a_stream_tells_the_epoch_beats_and_ends_for_who_may_not_listen(
    own_database: OwnDatabase, through: tuple[Wire, str]
) -> None:
    _, url = through
    out, lost, stays = sessions(own_database, "leaves", "loses", "stays")
    assert ask(url, "/api/v1/stream", "forged")[0] == 401
    with stream(url, out) as leaving, stream(url, lost) as losing, stream(url, stays) as staying:
        headers = {k.lower(): v for k, v in staying.response.getheaders()}
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["x-accel-buffering"] == "no"
        assert "no-store" in headers["cache-control"]
        assert "content-encoding" not in headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert staying.event()[1]["epoch"] == _epoch(own_database)
        assert staying.until("hb")["epoch"] == _epoch(own_database)

        moved = _move(own_database, "AA")
        assert [one.until("epoch")["epoch"] for one in (leaving, losing, staying)] == [moved] * 3

        with own_database.connect() as connection:
            connection.execute("DELETE FROM django_session WHERE session_key = %s", [out])
            connection.execute(
                "DELETE FROM governance_user_groups g USING governance_user u"
                " WHERE u.id = g.user_id AND u.username = 'loses'"
            )
        for one in (leaving, losing):
            one.until("out")
            assert one.event() == ("end", None)
        assert staying.until("hb")["epoch"] == moved
    assert ask(url, "/api/v1/epoch", out)[0] == 401
    assert ask(url, "/api/v1/epoch", lost)[0] == 403
    assert json.loads(ask(url, "/api/v1/epoch", stays)[2]) == {"epoch": moved}


@pytest.mark.parametrize("fault", ["frozen", "gone"])
def test_without_its_database_a_server_says_so_and_shows_no_number(
    own_database: OwnDatabase, through: tuple[Wire, str], fault: str
) -> None:
    wire, url = through
    (session,) = sessions(own_database, "reader")
    assert ask(url, "/", session)[0] == 200
    with stream(url, session) as open_stream:
        open_stream.until("hb")
        wire.freeze() if fault == "frozen" else wire.cut()
        # What was asked before anybody noticed is answered as well, by what is known a moment later.
        with ThreadPoolExecutor() as pool:
            page = pool.submit(ask, url, "/", session)
            open_stream.until("down")
            assert open_stream.event() == ("end", None)
            assert page.result()[0] == 503
    for path in ("/", "/markets/AA/", "/api/v1/hub", "/api/v1/stream", "/api/v1/epoch", "/healthz"):
        status, headers, _ = ask(url, path, session)
        assert (path, status) == (path, 503)
        assert "no-store" in headers["cache-control"]
        assert headers["content-type"].startswith(
            "application/problem+json" if path.startswith("/api/") else ("text/html", "application/json")
        )
    wire.thaw() if fault == "frozen" else wire.mend()
    deadline = time.monotonic() + 60
    while ask(url, "/", session)[0] != 200:
        assert time.monotonic() < deadline, "it did not come back by itself"
        time.sleep(0.2)
    with stream(url, session) as again:
        assert again.until("hb")["epoch"] == _epoch(own_database)


def test_a_listener_whose_connection_was_cut_misses_nothing(
    own_database: OwnDatabase, through: tuple[Wire, str]
) -> None:
    _, url = through
    (session,) = sessions(own_database, "reader")
    with stream(url, session) as listening:
        listening.until("hb")
        for number in range(3):
            with own_database.connect("postgres") as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'otdr pulse' AND datname = current_database()"
                )
            moved = _move(own_database, f"M{number}")
            assert listening.until("epoch")["epoch"] == moved
