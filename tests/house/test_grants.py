"""Default deny in the database: every relation is in the list of grants, and nothing else was given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection

from otdr_hub import grants
from otdr_hub.cluster.roles import APP, BROKER, HUB, OPS

# Used by migrations and by what runs with the owner's rights; no login of the product reaches them.
OWNER_ONLY = {"hub.standing", "hub.breakout_standing"}
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
COLUMN_RIGHTS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
EVERYBODY = (APP, HUB, OPS, BROKER, "public")

_RELATIONS = """
SELECT n.nspname || '.' || c.relname AS name, c.oid
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {where} ORDER BY 1
"""
OURS = _RELATIONS.format(where="n.nspname IN ('public', 'hub')")
ALL_BUT_CATALOGUES = _RELATIONS.format(
    where="n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
)

pytestmark = pytest.mark.usefixtures("db")


def _rows(statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _names(statement: str) -> set[str]:
    return {name for name, _ in _rows(statement)}


def _held(role: str, statement: str, rights: Iterable[str] = RIGHTS) -> set[tuple[str, str]]:
    """(relation, right) that a role holds on whole relations; `public` is what everybody holds."""
    found = _rows(
        f"SELECT t.name, p FROM ({statement}) AS t, unnest(%s::text[]) AS u(p)"
        " WHERE has_table_privilege(%s, t.oid, p)",
        [list(rights), role],
    )
    return {(relation, right) for relation, right in found}


def _whole(rights: str) -> set[str]:
    """The rights on whole tables in a list such as `SELECT, UPDATE (a, b)`."""
    return set(re.sub(r", \w+ \(.*\)", "", rights).split(", "))


def _listed(table_rights: Any) -> set[tuple[str, str]]:
    return {(f"public.{name}", right) for name, rights in table_rights.items() for right in _whole(rights)}


def test_every_relation_is_in_a_list() -> None:
    listed = {f"public.{name}" for name in (*grants.APP, *grants.OPS)}
    listed |= {f"hub.{name}" for name in grants.HUB_VIEWS} | OWNER_ONLY
    assert _names(OURS) == listed


def test_each_role_holds_what_is_listed_and_nothing_else() -> None:
    assert _held(APP, ALL_BUT_CATALOGUES) == _listed(grants.APP)
    assert _held(OPS, ALL_BUT_CATALOGUES) == _listed(grants.OPS)
    assert _held(HUB, ALL_BUT_CATALOGUES) == {
        (f"hub.{view}", "SELECT") for view in ("page", "breakout", "state")
    }
    assert _held("public", ALL_BUT_CATALOGUES) == set()
    assert _held(BROKER, OURS) == set()


def test_nobody_may_empty_refer_to_or_put_triggers_on_a_table() -> None:
    for role in EVERYBODY:
        assert _held(role, OURS, ("TRUNCATE", "REFERENCES", "TRIGGER")) == set()


def test_rights_on_columns_are_the_listed_ones() -> None:
    found = _rows(
        f"SELECT t.name || ' ' || a.attname || ' ' || p, role FROM ({OURS}) AS t"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped,"
        " unnest(%s::text[]) AS u(role), unnest(%s::text[]) AS v(p)"
        " WHERE has_column_privilege(role, t.oid, a.attnum, p) AND NOT has_table_privilege(role, t.oid, p)",
        [list(EVERYBODY), list(COLUMN_RIGHTS)],
    )
    listed = {
        (f"public.{table} {column} UPDATE", APP)
        for table, rights in grants.APP.items()
        if " (" in rights
        for column in rights.split(" (")[1].rstrip(")").split(", ")
    }
    assert set(found) == listed


def test_the_application_cannot_read_a_single_count() -> None:
    compute = {f"public.{name}" for name in grants.OPS}
    assert len(compute) >= 5
    readable = _rows(
        "SELECT r FROM unnest(%s::text[]) AS t(r) WHERE has_any_column_privilege(%s, r, 'SELECT')",
        [sorted(compute), APP],
    )
    assert readable == []


def test_what_may_only_be_added_to_refuses_change_by_triggers_nobody_switches_off() -> None:
    only_added = {name for name, rights in (grants.APP | grants.OPS).items() if rights == "SELECT, INSERT"}
    assert len(only_added) > 15
    found = _rows(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        " AND tgfoid = 'governance_refuse_change'::regproc"
    )
    refused = {name for name, trigger in found if trigger == "refuse_change"}
    kept = {name for name, trigger in found if trigger == "refuse_truncate"}
    assert only_added - refused == set()
    assert only_added - kept == set()
    assert "governance_metricversion" in kept


def test_every_trigger_of_ours_is_always_on() -> None:
    soft = _rows(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled <> 'A' AND c.relnamespace IN ('public'::regnamespace)"
    )
    assert soft == []


def test_functions_with_the_owners_rights_trust_no_search_path() -> None:
    loose = _rows(
        "SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        " AND NOT coalesce(array_to_string(proconfig, ' ') LIKE '%%search_path=%%', false)"
    )
    assert loose == []
    open_to_all = _rows(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND has_function_privilege('public', oid, 'EXECUTE')"
    )
    assert open_to_all == []
