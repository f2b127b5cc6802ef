"""What the database should enforce, against what it does: functions, triggers and unique keys of governance.

`guards.json` lists them as the migrations make them, by name and fingerprint. A guard that a superuser
replaced, switched off or dropped differs from it; each checkpoint signs the fingerprint of them all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.db import connection

from otdr_hub.lib import digest

FILE: Final = Path(__file__).with_name("guards.json")
# Bodies and flags, not PostgreSQL's own rendering of them, which differs between its versions.
_GUARDS: Final = """
SELECT 'function ' || p.proname || '(' || array_to_string(p.proargtypes::regtype[], ', ') || ')',
       concat_ws(E'\\x01', p.prosrc, p.prosecdef, p.provolatile, array_to_string(p.proconfig, ','))
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'governance\\_%'
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || c.relname,
       concat_ws(E'\\x01', t.tgtype, t.tgenabled, f.proname, t.tgqual IS NULL, t.tgattr, t.tgargs::text)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'governance\\_%'
UNION ALL
SELECT 'unique key ' || x.relname || ' of ' || c.relname,
       concat_ws(E'\\x01', i.indkey::text, i.indisvalid, i.indpred IS NULL)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'governance\\_%'
"""


# The same rows by their versions in the catalogue: any change to one makes another, and it is quick to ask.
_MARK: Final = """
SELECT string_agg(mark, ',' ORDER BY mark COLLATE "C") FROM (
  SELECT 'f' || p.oid || ' ' || p.xmin AS mark
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'governance\\_%'
  UNION ALL
  SELECT concat_ws(' ', 't', t.oid, t.xmin, c.xmin, f.xmin)
  FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid JOIN pg_proc f ON f.oid = t.tgfoid
  WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'governance\\_%'
  UNION ALL
  SELECT concat_ws(' ', 'u', x.oid, x.xmin, i.xmin)
  FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
  WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'governance\\_%') marks
"""
# So many seconds a process takes the guards for what they were. Whoever may replace one could do so, act, and
# put it back in a single transaction, which no look after the commit can see; the full check comes anyway.
_LOOK_AGAIN: Final = 1.0


@dataclass(slots=True)
class _Looked:
    """What this process saw last: in which database, when, the mark, and the fingerprint with it."""

    database: str = ""
    at: float = 0.0
    mark: str = ""
    fingerprint: str = ""


_looked: Final = _Looked()


def _rows() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_GUARDS)
        return sorted(cursor.fetchall())


def found() -> dict[str, str]:
    """The guards in the database now: name and fingerprint."""
    return {name: digest.of(text)[:16] for name, text in _rows()}


def fingerprint() -> str:
    """One fingerprint of all guards as they are now."""
    return digest.of(_rows())


def _mark() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return str(cursor.fetchone()[0])


def recent_fingerprint() -> str:
    """The same as of the last second, for what is signed entry by entry."""
    database, now = str(connection.settings_dict["NAME"]), time.monotonic()
    if database != _looked.database or now - _looked.at >= _LOOK_AGAIN:
        mark = _mark()
        if (database, mark) != (_looked.database, _looked.mark):
            _looked.fingerprint = fingerprint()
        _looked.database, _looked.at, _looked.mark = database, now, mark
    return _looked.fingerprint


@cache
def expected() -> Mapping[str, str]:
    """The guards the migrations make."""
    guards: dict[str, str] = json.loads(FILE.read_text("utf-8"))
    return guards


def problem() -> str:
    """The first guard that is not as it should be, in words; empty when all are."""
    now, wanted = found(), expected()
    for name in sorted(now.keys() | wanted.keys()):
        if now.get(name) != wanted.get(name):
            said = "is missing" if name not in now else "is new" if name not in wanted else "was changed"
            return f"the {name} {said}"
    return ""
