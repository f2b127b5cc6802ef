"""The ledger against whoever holds a login: what the database refuses (L1 to L9, L16 to L18)."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.access.services import system
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.offline import entry_hash
from governance.ledger.verify import verify
from otdr_hub.cluster.roles import ROLES

pytestmark = pytest.mark.faults

CHANGES = (
    "UPDATE public.governance_ledger SET actor = 'nobody' WHERE seq = 2",
    "DELETE FROM public.governance_ledger WHERE seq = 2",
    "TRUNCATE public.governance_ledger",
)
INSERT = (
    "INSERT INTO governance_ledger (actor, action, subject, payload) VALUES ('x', 'role.granted', %s, '{}')"
)
Refused = psycopg.errors.InsufficientPrivilege


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement", CHANGES)
def test_l1_to_l3_and_l8_no_login_role_changes_an_entry(loaded_template, role, statement):
    with loaded_template.connect(role) as connection:
        # An attacker would first undo what is only a default of the role.
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(Refused):
            connection.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_l3_a_superuser_does_not_change_one_in_passing(loaded_template, statement):
    with loaded_template.connect("postgres") as connection, pytest.raises(Refused):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE governance_ledger DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "UPDATE governance_ledger_head SET seq = 0",
        "DELETE FROM governance_ledger_head",
        "UPDATE governance_epoch SET value = 0",
        "INSERT INTO metrics_slice (digest) VALUES ('x')",
    ],
)
def test_l4_l5_and_l7_the_application_cannot_reach_the_machinery(loaded_template, statement):
    with loaded_template.connect("otdr_app") as connection, pytest.raises(Refused):
        connection.execute(statement)


def test_l6_forged_sequence_time_and_hash_are_overwritten(demo):
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


@pytest.mark.parametrize("statement", CHANGES[:2])
def test_l9_replication_mode_does_not_switch_the_refusal_off(loaded_template, statement):
    """The owner may not enter that mode; a superuser who does skips ordinary triggers, not ours."""
    with loaded_template.connect("otdr_owner") as connection, pytest.raises(Refused):
        connection.execute("SET session_replication_role = replica")
    with loaded_template.connect("postgres") as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(Refused):
            connection.execute(statement)


@pytest.mark.parametrize("role", ["otdr_owner", "postgres"])
@pytest.mark.parametrize("statement", CHANGES[:2])
def test_l16_no_setting_silences_a_trigger(loaded_template, role, statement):
    with loaded_template.connect(role) as connection:
        connection.execute(
            "SELECT set_config('pgtrigger.ignore', '{public.governance_ledger:refuse_change}', false)"
        )
        with pytest.raises(Refused):
            connection.execute(statement)


def test_l17_two_writers_never_fork_the_chain(demo):
    with demo.connect("otdr_app", autocommit=False) as first, demo.connect("otdr_app") as second:
        first.execute(INSERT, ["first"])
        second.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute(INSERT, ["second"])
        first.commit()
        second.execute(INSERT, ["second"])
    assert demo.manage("verify_ledger").returncode == 0


def test_l17_no_two_entries_follow_the_same_one(loaded_template):
    with loaded_template.connect("postgres") as connection, connection.transaction(force_rollback=True):
        connection.execute("ALTER TABLE governance_ledger DISABLE TRIGGER ALL")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(
                "INSERT INTO governance_ledger SELECT 99999, recorded_at, claimed_at, actor, action, subject,"
                " payload, prev_hash, repeat('f', 64) FROM governance_ledger WHERE seq = 3"
            )


TEXTS = (
    "tab\tnewline\ncarriage\r and bell\x07",
    "Αdmin with a Greek alpha, аdmin with a Cyrillic a",
    "right\u202eto left, zero\u200bwidth, e\u0301 and \u00e9",
    "5:other3:abc",
    '"},"facts":{"roles":{"x":["admin"]}}',
    "\U0001f6d1 \ufeff \uffff",
)


@pytest.mark.parametrize("text", TEXTS)
def test_l18_awkward_text_is_hashed_as_the_bytes_it_is(db, text):
    for payload in ({"reason": text}, {text: [text]}):
        ledger.record(action=Action.ROLE_GRANTED, subject=text, payload=payload, actor=system())
    seen = []
    assert verify(signed=None, each=seen.append).finding is None
    assert seen[-1][5] == text


FIELDS = st.lists(st.text(max_size=4), min_size=5, max_size=5)


@given(FIELDS, FIELDS)
def test_l18_no_two_contents_have_one_text(first, second):
    """Fields are prefixed with their length, so a separator inside a field moves nothing into the next."""
    rows = [(1, "", "", *fields, "") for fields in (first, second)]
    assert (first == second) == (entry_hash(rows[0]) == entry_hash(rows[1]))
