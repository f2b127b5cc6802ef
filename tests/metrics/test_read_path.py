"""Default deny, as an attacker with a role's own login would try it, and the kill with its commit."""

from __future__ import annotations

import json
import threading
from typing import Any

import psycopg
import pytest

COMPUTED = (
    "metrics_slice", "metrics_cell", "metrics_vintage", "metrics_vintageslice", "metrics_vintageweek",
    "metrics_vintagebreakout",
)  # fmt: skip


def page(connection: psycopg.Connection) -> dict[str, Any]:
    """The one thing the hub's role may read."""
    return connection.execute("SELECT to_jsonb(p) FROM hub.page p").fetchone()[0]


def shown(found: dict[str, Any]) -> set[str]:
    return {market["code"] for market in found["markets"] if market["reason"] is None}


def reason_of(found: dict[str, Any], code: str) -> str | None:
    return next(market["reason"] for market in found["markets"] if market["code"] == code)


def sums(found: dict[str, Any]) -> tuple[int, int]:
    """On time and due of the headline week, added up over the market rows."""
    through = found["publication"]["through"]
    rows = [week for week in found["weeks"] if week["week"] == through]
    return sum(row["on_time"] for row in rows), sum(row["due"] for row in rows)


def headline(found: dict[str, Any]) -> tuple[int, int]:
    newest = found["rollup"][-1]
    assert newest["week"] == found["publication"]["through"]
    return newest["on_time"], newest["due"]


@pytest.mark.parametrize("role", ["otdr_hub", "otdr_app", "otdr_broker"])
@pytest.mark.parametrize("table", COMPUTED)
def test_slices_and_cells_cannot_be_read(loaded_template, role, table):
    with loaded_template.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM public.{table} LIMIT 1")


@pytest.mark.parametrize("role", ["otdr_hub", "otdr_app", "otdr_ops", "otdr_broker"])
@pytest.mark.parametrize("other", ["otdr_owner", "otdr_ops", "otdr_hub", "otdr_app", "postgres"])
def test_no_role_becomes_another(loaded_template, role, other):
    if role == other:
        return
    with loaded_template.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SET ROLE {other}")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM hub.standing",
        "SELECT * FROM public.governance_ledger",
        "SELECT * FROM public.governance_publicationline",
        "SELECT public.governance_stands('scope', 'x')",
        "CREATE FUNCTION hub.leak() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TEMP TABLE t (x int)",
        "COPY hub.page TO PROGRAM 'cat'",
    ],
)
def test_the_hub_reads_its_page_and_nothing_else(loaded_template, statement):
    with loaded_template.connect("otdr_hub") as connection:
        connection.execute("SET default_transaction_read_only = off")
        assert page(connection)["publication"]["number"] == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_ten_markets_are_shown_and_two_are_not(loaded_template):
    with loaded_template.connect("otdr_hub") as connection:
        found = page(connection)
    assert len(shown(found)) == 10
    assert {reason_of(found, "BR"), reason_of(found, "DE")} == {"undecided"}
    assert {week["market"] for week in found["weeks"]} == shown(found)
    assert headline(found) == sums(found)


def test_a_shutoff_takes_the_market_out_of_the_very_next_answer(demo):
    with demo.connect("otdr_hub") as connection:
        before = page(connection)
        done = json.loads(
            demo.manage("shutoff", "US", "--category", "data_quality", "--as", "admin", "--json").stdout
        )
        after = page(connection)
    assert "US" in shown(before)
    assert shown(after) == shown(before) - {"US"}
    assert reason_of(after, "US") == "switched_off"
    assert "US" not in {week["market"] for week in after["weeks"]}
    assert headline(after) == sums(after)
    assert headline(after) < headline(before)
    assert after["epoch"] == done["epoch"] > before["epoch"]
    assert after["coverage"]["markets_shown"] == 9


def test_everything_off_leaves_no_number(demo):
    demo.manage("shutoff", "global", "--category", "security", "--as", "dpm")
    with demo.connect("otdr_hub") as connection:
        found = page(connection)
    assert (found["weeks"], found["rollup"], shown(found)) == ([], [], set())
    assert found["coverage"]["due_shown"] == 0


def test_the_kill_is_seen_by_a_reader_that_never_reconnects(demo):
    """Reads in a loop on one connection, while markets are switched off one by one on another."""
    stop, wrong = threading.Event(), []

    def read() -> None:
        with demo.connect("otdr_hub") as connection:
            while not stop.is_set():
                known_off = set(acknowledged)
                found = page(connection)
                if known_off & shown(found) or headline(found) != sums(found):
                    wrong.append((known_off, found["epoch"]))

    acknowledged: list[str] = []
    reader = threading.Thread(target=read)
    reader.start()
    try:
        with demo.connect("otdr_app") as writer:
            (admin,) = writer.execute("SELECT id FROM governance_user WHERE username = 'admin'").fetchone()
            for code in ["US", "CA", "MX", "UK", "FR", "IT", "ES", "NL"]:
                writer.execute(
                    "INSERT INTO governance_shutoff (market, breakout, value, category, reason, by_id, at)"
                    " VALUES (%s, '-', '-', 'other', '', %s, now())",
                    [code, admin],
                )
                acknowledged.append(code)
    finally:
        stop.set()
        reader.join()
    assert not wrong


def as_superuser(demo, *statements: str) -> dict[str, Any]:
    """Change what the application never could, then read as the hub."""
    with demo.connect("postgres") as connection:
        connection.execute("BEGIN")
        for table in ("requirement", "signature", "publicationline", "scopedecision"):
            connection.execute(f"ALTER TABLE governance_{table} DISABLE TRIGGER ALL")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")
    with demo.connect("otdr_hub") as connection:
        return page(connection)


def test_no_requirement_means_nothing_is_certified(demo):
    """A quorum of nobody must not certify everything."""
    found = as_superuser(demo, "DELETE FROM governance_requirement WHERE act = 'scope'")
    assert shown(found) == set()


def test_one_signature_less_hides_just_that_market(demo):
    found = as_superuser(
        demo,
        "DELETE FROM governance_signature WHERE role = 'legal' AND digest ="
        " (SELECT decision FROM governance_publicationline WHERE market_id = 'US' AND breakout = '-')",
    )
    assert reason_of(found, "US") == "needs_signing"
    assert len(shown(found)) == 9
    assert headline(found) == sums(found)


def test_a_line_that_names_another_vintage_is_not_shown(demo):
    """Brazil's uncertified vintage under the United States' signatures: the digest does not cover it."""
    found = as_superuser(
        demo,
        "UPDATE governance_publicationline SET vintage ="
        " (SELECT vintage FROM governance_publicationline WHERE market_id = 'BR') WHERE market_id = 'US'",
    )
    assert reason_of(found, "US") == "needs_signing"


def test_another_markets_decision_does_not_certify(demo):
    found = as_superuser(
        demo,
        "UPDATE governance_publicationline SET decision ="
        " (SELECT decision FROM governance_publicationline WHERE market_id = 'US' AND breakout = '-') WHERE market_id = 'BR'",
    )
    assert "BR" not in shown(found)


def test_a_newer_exclusion_hides_at_once(demo):
    found = as_superuser(
        demo,
        "INSERT INTO governance_scopedecision (market_id, breakout, value, state, version_id, vintage, through,"
        " disclosure, guard, reason, review_on, effect, digest, decided_by_id, decided_at)"
        " SELECT market_id, breakout, value, 'excluded', version_id, vintage, through, '', guard, 'r', through,"
        " effect, repeat('e', 64), decided_by_id, now() FROM governance_scopedecision WHERE market_id = 'US'",
    )
    assert reason_of(found, "US") == "excluded"


def test_a_new_market_is_hidden_until_decided(demo, tmp_path):
    file = tmp_path / "markets.csv"
    file.write_text("code,name,zone,priority\nPL,Poland,Europe/Warsaw,13\n")
    demo.manage("markets", "load", str(file))
    with demo.connect("otdr_hub") as connection:
        found = page(connection)
    assert reason_of(found, "PL") == "undecided"
    assert found["coverage"]["markets_in_scope"] == 13
