"""What the rate can be on any reading, and what it most likely was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from metrics.anomalies.bounds import Range, no_assumption
from metrics.anomalies.contacts import Corroboration
from metrics.anomalies.evidence import Evidence
from metrics.anomalies.world import DUE, ON_TIME, World

_NINETY: Final = 1.6449
_DAYS: Final = 7  # of unrest that the mean of a week averages over


@dataclass(frozen=True, slots=True)
class Corrected:
    """An estimate of the rate with its 90 % interval, and how it was made (`batch`, `rows`, `contacts`)."""

    rate: float
    low: float
    high: float
    method: str
    basis: str


def suspect_rows(world: World, evidence: Evidence, kinds: list[str]) -> tuple[int, int]:
    """How many due shipments of the suspect days the firing checks among `kinds` doubt, and how many of
    them count as on time."""
    where = _doubted(evidence, kinds)
    if not where:
        return 0, 0
    doubted, on_time = world.one(
        f"SELECT count(*), count(*) FILTER ({ON_TIME}) FROM shipment"
        f" WHERE part = 'suspect' AND {DUE} AND ({' OR '.join(where)})"
    )
    return int(doubted), int(on_time)


def _doubted(evidence: Evidence, kinds: list[str]) -> list[str]:
    """The rows the firing checks among `kinds` doubt, as SQL conditions."""
    found = [evidence.findings[kind] for kind in kinds if kind in evidence.findings]
    return [f"({one.suspect})" for one in found if one.suspect and one.fires]


def range_of(world: World, suspect: tuple[int, int]) -> Range:
    """The rate with every doubted shipment late, and on time."""
    return no_assumption(on_time=world.on_time, due=world.due, suspect=suspect[0], suspect_on_time=suspect[1])


def corrected(world: World, evidence: Evidence, kinds: list[str]) -> Corrected | None:
    """The estimate of the best method at hand: without the batch that overruled, with the doubted rows at
    their carrier's earlier rate, or what the contacts imply. None where none of them is possible."""
    if evidence.seat is not None:
        one = evidence.seat
        rate = (world.on_time - one.on_time + one.without) / max(world.due, 1)
        return _around(evidence, rate, world.due, "batch", f"without batch {one.batch}")
    rows = _imputed(world, evidence, kinds)
    contacts = evidence.contacts
    heard = isinstance(contacts, Corroboration) and contacts.is_a_witness
    if rows is not None and (not heard or _agrees(rows, contacts)):
        return _around(
            evidence, rows, world.due, "rows", "with the doubted rows at their carriers' earlier rates"
        )
    if heard and isinstance(contacts, Corroboration):
        return Corrected(
            contacts.implied, contacts.low, contacts.high, "contacts", "from customers' contacts"
        )
    return None


def _agrees(rate: float, contacts: object) -> bool:
    return isinstance(contacts, Corroboration) and contacts.low - 0.01 <= rate <= contacts.high + 0.01


def _imputed(world: World, evidence: Evidence, kinds: list[str]) -> float | None:
    """The rate if doubted rows were on time as often as their carrier's before."""
    where = _doubted(evidence, kinds)
    if not where or not world.due:
        return None
    rows = world.rows(
        f"""
        WITH usual AS (
          SELECT carrier, count(*) FILTER ({ON_TIME}) AS hits, count(*) AS trials FROM shipment
          WHERE part = 'base' AND {DUE} GROUP BY carrier),
        doubted AS (
          SELECT carrier, count(*) AS n, count(*) FILTER ({ON_TIME}) AS on_time FROM shipment
          WHERE part = 'suspect' AND {DUE} AND ({" OR ".join(where)}) GROUP BY carrier)
        SELECT carrier, n, on_time, hits, trials FROM doubted LEFT JOIN usual USING (carrier) ORDER BY carrier
        """
    )
    usual = evidence.step.before if evidence.step else 0.0
    clean = world.on_time - sum(int(row[2]) for row in rows)
    expected = sum(int(row[1]) * (int(row[3]) / int(row[4]) if row[4] else usual) for row in rows)
    return float((clean + expected) / world.due)


def _around(evidence: Evidence, rate: float, due: int, method: str, basis: str) -> Corrected:
    """The 90 % interval of a week like this: the unrest of days before, and chance."""
    days = np.array([row.on_time / row.due for row in evidence.days if row.part == "base" and row.due >= 20])
    unrest = float(1.4826 * np.median(np.abs(days - np.median(days)))) if len(days) else 0.02
    half = _NINETY * float(np.sqrt(unrest**2 / _DAYS + rate * (1 - rate) / max(due, 1)))
    return Corrected(rate, max(rate - half, 0.0), min(rate + half, 1.0), method, basis)
