"""The ledger against whoever holds a login: refused by role, or found by the walk."""

from __future__ import annotations

import json

import psycopg
import pytest

from otdr_hub.cluster.roles import ROLES

pytestmark = pytest.mark.faults

CHANGES = (
    "UPDATE public.governance_ledger SET actor = 'nobody' WHERE seq = 2",
    "DELETE FROM public.governance_ledger WHERE seq = 2",
    "TRUNCATE public.governance_ledger",
)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement", CHANGES)
def test_no_login_role_changes_an_entry(loaded_template, role, statement):
    with loaded_template.connect(role) as connection:
        # An attacker would first undo what is only a default of the role.
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize("statement", CHANGES[:2])
def test_replication_mode_does_not_switch_the_refusal_off(loaded_template, statement):
    """A superuser in replica mode skips ordinary triggers; ours are ENABLE ALWAYS."""
    with loaded_template.connect("postgres") as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE governance_ledger DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "UPDATE governance_ledger_head SET seq = 0",
        "UPDATE governance_epoch SET value = 0",
        "INSERT INTO metrics_slice (digest) VALUES ('x')",
    ],
)
def test_the_application_cannot_reach_the_machinery(loaded_template, statement):
    with (
        loaded_template.connect("otdr_app") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_forged_sequence_time_and_hash_are_overwritten(demo):
    with demo.connect("otdr_app") as connection:
        (head,) = connection.execute("SELECT seq FROM governance_ledger_head").fetchone()
        row = connection.execute(
            "INSERT INTO governance_ledger"
            " (seq, recorded_at, actor, action, subject, payload, prev_hash, hash)"
            " VALUES (99999, '2001-01-01', 'x', 'role.granted', 'x', '{}', 'f', 'f')"
            " RETURNING seq, recorded_at > now() - interval '1 minute', hash"
        ).fetchone()
    assert row[:2] == (head + 1, True)
    assert len(row[2]) == 64
    assert demo.manage("verify_ledger").returncode == 0


def test_the_walk_names_the_entry_a_superuser_altered(demo):
    assert json.loads(demo.manage("verify_ledger", "--json").stdout)["first_bad"] is None
    with demo.connect("postgres") as connection:
        connection.execute("ALTER TABLE governance_ledger DISABLE TRIGGER ALL")
        connection.execute(
            "UPDATE governance_ledger SET payload = replace(payload, 'approve', 'reject') WHERE seq = 7"
        )
        connection.execute("UPDATE governance_ledger SET actor = 'mallory' WHERE seq = 7")
        connection.execute("ALTER TABLE governance_ledger ENABLE ALWAYS TRIGGER refuse_change")
    done = demo.manage("verify_ledger", check=False)
    assert done.returncode == 3
    assert "Entry 7 of the ledger does not hold" in done.stdout


def test_the_walk_finds_a_missing_entry(demo):
    with demo.connect("postgres") as connection:
        connection.execute("ALTER TABLE governance_ledger DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM governance_ledger WHERE seq = 5")
    done = demo.manage("verify_ledger", "--json", check=False)
    assert done.returncode == 3
    assert json.loads(done.stdout)["first_bad"]["seq"] == 5


def test_two_writers_never_fork_the_chain(demo):
    insert = (
        "INSERT INTO governance_ledger (actor, action, subject, payload)"
        " VALUES ('x', 'role.granted', %s, '{}')"
    )
    with demo.connect("otdr_app", autocommit=False) as first, demo.connect("otdr_app") as second:
        first.execute(insert, ["first"])
        second.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute(insert, ["second"])
        first.commit()
        second.execute(insert, ["second"])
    assert demo.manage("verify_ledger").returncode == 0
