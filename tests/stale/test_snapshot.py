"""One statement is one snapshot: nothing the hub's role may ask looks at the tables a second time."""

from __future__ import annotations

import re

from tests.conftest import OwnDatabase

REACHED = """
SELECT c.oid::regclass::text, pg_get_viewdef(c.oid) FROM pg_class c
WHERE c.relnamespace = 'hub'::regnamespace AND c.relkind IN ('v', 'm')
UNION ALL
SELECT p.oid::regproc::text, p.prosrc FROM pg_proc p WHERE p.pronamespace = 'hub'::regnamespace
"""
FUNCTIONS = """
SELECT p.proname, p.prosrc, p.provolatile FROM pg_proc p
WHERE p.pronamespace IN ('public'::regnamespace, 'hub'::regnamespace)
"""
VOLATILE, NAMES = b"v", re.compile(r"\b(\w+)\(")


def test_every_function_behind_the_hub_reads_the_snapshot_of_its_statement(own_database: OwnDatabase):
    """A volatile function would see what commits while the statement runs: the epoch of one moment and the
    numbers of another."""
    with own_database.connect("postgres") as admin:
        texts = [text for _, text in admin.execute(REACHED).fetchall()]
        known = {name: (text, volatility) for name, text, volatility in admin.execute(FUNCTIONS).fetchall()}
        materialised = admin.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'm' AND relnamespace IN"
            " ('public'::regnamespace, 'hub'::regnamespace)"
        ).fetchall()
    reached: set[str] = set()
    while texts:
        for name in set(NAMES.findall(texts.pop())) & set(known) - reached:
            reached.add(name)
            texts.append(known[name][0])
    assert {"governance_stands", "governance_off_since"} <= reached
    own = {
        name for name, (_, volatility) in known.items() if name in reached and volatility in (VOLATILE, "v")
    }
    assert own == set()
    assert materialised == [], "a stored sum is not what may be seen now"
