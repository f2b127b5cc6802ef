"""The whole check: chain, checkpoints and guards hold, and the tables say what the entries say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

from governance.access import facts as access
from governance.cases import facts as cases
from governance.decisions import facts as decisions
from governance.framework import facts as framework
from governance.killswitch import facts as killswitch
from governance.launch import facts as launch
from governance.ledger import checkpoints, keys, verify
from governance.ledger.offline import Finding, Replay, State, stands
from governance.majeure import facts as majeure
from governance.markets import facts as markets
from governance.publication import facts as publication
from governance.requests import facts as requests
from governance.rules import facts as rules
from governance.scope import facts as scope
from governance.signoffs import facts as signoffs
from governance.versions import facts as versions
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import ConflictError

_ROOMS: Final = (
    access, markets, cases, signoffs, versions, majeure, rules, framework, scope, killswitch, publication,
    requests, launch, decisions,
)  # fmt: skip
_STANDING: Final = """
SELECT DISTINCT r.act, l.digest, governance_stands(r.act, l.digest)
FROM governance_signoffline l JOIN governance_signoffrequest r ON r.id = l.request_id ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first fact on which ledger and tables disagree; None stands for nothing there."""

    what: str
    ledger: Any
    tables: Any

    def __str__(self) -> str:
        return f"{self.what}: the ledger says {_words(self.ledger)}, the tables say {_words(self.tables)}"


@dataclass(frozen=True, slots=True)
class Review:
    """What a check found."""

    entries: int
    head: str
    checkpoints: int
    facts: int
    finding: Finding | None
    guard: str
    difference: Difference | None
    put_back: int | None = None

    @property
    def problem(self) -> str:
        """The most basic thing that does not hold, in a sentence's words; empty when all does."""
        if self.finding is not None:
            return f"Entry {self.finding.seq} of the ledger does not hold: {self.finding.problem}"
        if self.guard:
            return f"The database is not guarded as it should be: {self.guard}"
        if self.difference is not None:
            return f"The tables were changed without an entry. {self.difference}"
        if self.put_back is not None:
            return (
                f"Before entry {self.put_back} the database's guards were others for a while, then put back"
            )
        return ""


def review(*, checkpoint_file: Path | None = None, key: bytes | None = None, every: bool = False) -> Review:
    """Check everything in one snapshot of the database.

    A file of checkpoints kept elsewhere is checked in place of the installation's own, and a public key
    in place of the one its secret gives. Raises ConflictError when the file cannot be read.
    """
    file = checkpoint_file or checkpoints.folder() / checkpoints.FILE
    found = _checkpoints(file, named=checkpoint_file is not None)
    # A copy brings its key; the installation's own file has to be signed with the secret held now.
    beside = checkpoints.public_key(file) if checkpoint_file else None
    public_key = key or beside or keys.signer().public
    replay = Replay()
    with _snapshot():
        # A copy kept elsewhere is as old as it is: what came after it is not its business.
        signed = verify.Signed(found, public_key, to_the_head=checkpoint_file is None)
        report = verify.verify(signed=signed, each=replay.fold, every=every)
        tables = stored()
        difference = None if report.finding else _difference(replay.state, tables)
    return Review(
        report.entries, report.head, len(found), sum(len(items) for items in tables.values()),
        report.finding or replay.finding, report.guard, difference, report.put_back,
    )  # fmt: skip


def stored() -> State:
    """Every fact the tables hold, in the form the ledger states them."""
    found: dict[str, Any] = {}
    for room in _ROOMS:
        found |= room.stored()
    state: State = json.loads(digest.canonical(found))
    return state


def _checkpoints(file: Path, *, named: bool) -> list[dict[str, Any]]:
    try:
        return checkpoints.read(file)
    except ConflictError:
        if named:
            raise
        # None yet is no error in itself; entries that should have one are found by their age.
        return []


@contextmanager
def _snapshot() -> Iterator[None]:
    """One state of the database for everything read in it; inside a transaction, that transaction's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _difference(state: State, tables: State) -> Difference | None:
    for kind in sorted(state.keys() | tables.keys()):
        said, held = state.get(kind, {}), tables.get(kind, {})
        for key in sorted(said.keys() | held.keys()):
            if said.get(key) != held.get(key):
                return _narrowed(f"{kind} {key}", said.get(key), held.get(key))
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        for act, over, answer in cursor.fetchall():
            if answer != stands(state, act, over):
                return Difference(f"signatures over {over[:16]} ({act})", not answer, answer)
    return None


def _narrowed(what: str, said: Any, held: Any) -> Difference:
    """Down to the one field that differs, where both sides have the fact."""
    if isinstance(said, dict) and isinstance(held, dict):
        for name in sorted(said.keys() | held.keys()):
            if said.get(name) != held.get(name):
                return _narrowed(f"{what}, {name}", said.get(name), held.get(name))
    return Difference(what, said, held)


def _words(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else digest.canonical(value)
    return f"'{text[:80]}...'" if len(text) > 80 else f"'{text}'"
