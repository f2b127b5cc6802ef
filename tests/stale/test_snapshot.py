"""One statement is one snapshot: nothing the hub's role may ask looks at the tables a second time."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.conftest import OwnDatabase

VIEWS = """
SELECT pg_get_viewdef(c.oid) FROM pg_class c
WHERE c.relnamespace = 'hub'::regnamespace AND c.relkind IN ('v', 'm')
"""
FUNCTIONS = """
SELECT p.oid, p.oid::regprocedure::text, p.proname, p.provolatile = 'v', p.pronamespace = 'hub'::regnamespace,
       pg_get_functiondef(p.oid)
FROM pg_proc p WHERE p.pronamespace IN ('public'::regnamespace, 'hub'::regnamespace) AND p.prokind = 'f'
"""
NAMES = re.compile(r"\b(\w+)\s*\(")


def test_every_function_behind_the_hub_reads_the_snapshot_of_its_statement(own_database: OwnDatabase):
    """A volatile function would see what commits while the statement runs: the epoch of one moment and the
    numbers of another."""
    with own_database.connect("postgres") as admin:
        texts = [text for (text,) in admin.execute(VIEWS).fetchall()]
        rows = admin.execute(FUNCTIONS).fetchall()
        materialised = admin.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'm' AND relnamespace IN"
            " ('public'::regnamespace, 'hub'::regnamespace)"
        ).fetchall()
    known, named = {}, defaultdict(set)
    for oid, signature, name, is_volatile, is_door, text in rows:
        known[oid] = (signature, is_volatile, text)
        named[name].add(oid)  # of functions with one name all are reached: which one is called is not told
        if is_door:
            texts.append(text)
    reached: set[int] = set()
    while texts:
        for name in set(NAMES.findall(texts.pop())) & named.keys():
            texts += [known[oid][2] for oid in named[name] - reached]
            reached |= named[name]
    names = {known[oid][0].partition("(")[0] for oid in reached}
    assert {"governance_stands", "governance_off_since", "hub.publication", "hub.ledger_holds"} <= names
    assert {known[oid][0] for oid in reached if known[oid][1]} == set()
    assert materialised == [], "a stored sum is not what may be seen now"
