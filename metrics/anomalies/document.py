"""An assessment as plain values: every number a text with fixed decimals, so that it has one form only."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from metrics.anomalies.attribution import Attribution, Bound, Found
from metrics.anomalies.checks.base import Finding, per_cent
from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.contacts import Corroboration, Silence
from metrics.anomalies.evidence import Evidence
from metrics.anomalies.hypotheses import Hypothesis
from metrics.anomalies.splits import Split
from metrics.anomalies.words import (
    TITLES,
    contacts_sentence,
    fixed,
    kind_of,
    points,
    sentence_of,
    untested,
    words_of,
)

if TYPE_CHECKING:
    from metrics.anomalies.assess import Assessment

SCHEMA: Final = "otdr-triage-1"
WORTH_TELLING: Final = 0.3  # nats from which an item is told as for or against
MOST_SENTENCES: Final = 6
MOST_PARTS: Final = 40


def of(found: Assessment) -> dict[str, Any]:
    """The document of an assessment; see `docs/triage.md`."""
    evidence = found.evidence
    return {
        "schema": SCHEMA,
        "input": _plain(found.inputs),
        "rate": _rate(found),
        "days": _days(found),
        "alarms": [
            {
                "clock": one.clock,
                "day": one.day.isoformat(),
                "observed": fixed(one.observed),
                "expected": fixed(one.expected),
                "z": fixed(one.z, 2),
            }
            for one in found.alarms
        ],
        "checks": [_check(kind, finding) for kind, finding in evidence.findings.items()],
        "traces": [asdict(one) for one in evidence.traces.values()],
        "hypotheses": [_hypothesis(evidence, one) for one in found.hypotheses],
        "owner": _owner(found),
        "attribution": _attribution(evidence),
        "contacts": _contacts(evidence.contacts),
        "range": _range(found),
        "corrected": _corrected(found),
        "verdict": _verdict(found),
        "next_check": _next(found),
    }


def _rate(found: Assessment) -> dict[str, Any]:
    rows, step = found.evidence.days, found.evidence.step
    base, now = ([row for row in rows if row.part == part] for part in ("base", "suspect"))
    sums = [(sum(row.on_time for row in part), sum(row.due for row in part)) for part in (now, base)]
    (on_time, due), (base_on_time, base_due) = sums
    return {
        "on_time": on_time, "due": due, "rate": fixed(on_time / max(due, 1)),
        "base_on_time": base_on_time, "base_due": base_due,
        "base_rate": fixed(base_on_time / max(base_due, 1)),
        "step": fixed(step.size) if step else None, "z": fixed(step.z, 2) if step else None,
        "is_moved": found.evidence.is_moved, "pending": sum(row.pending for row in now),
        "unknown": sum(row.unknown for row in now),
    }  # fmt: skip


def _days(found: Assessment) -> list[dict[str, Any]]:
    alarms = {
        alarm.day: "up" if alarm.step > 0 else "down" for alarm in found.alarms if alarm.clock == "fast"
    }
    return [
        {
            "day": row.day.isoformat(), "part": row.part, "due": row.due, "on_time": row.on_time,
            "late": row.late, "pending": row.pending, "unknown": row.unknown,
            "alarm": alarms.get(row.day),
        }
        for row in found.evidence.days
    ]  # fmt: skip


def _check(kind: str, finding: Finding) -> dict[str, Any]:
    check, chart, table = BY_KIND[kind], finding.chart, finding.table
    return {
        "number": check.number, "kind": kind, "title": check.title, "family": check.family.value,
        "direction": check.direction, "needs": list(check.needs), "state": finding.level.value,
        "statistic": fixed(finding.z, 2), "threshold": finding.threshold, "step": fixed(finding.step),
        "bias": fixed(finding.bias), "scope": finding.scope, "sentence": finding.sentence,
        "numbers": {name: fixed(value) for name, value in sorted(finding.numbers.items())},
        "table": {"heads": list(table.heads), "rows": _plain(table.rows)} if table else None,
        "chart": {
            "kind": "pair", "labels": list(chart.labels),
            "before": [fixed(one) for one in chart.before], "now": [fixed(one) for one in chart.now],
        } if chart else None,
    }  # fmt: skip


def _hypothesis(evidence: Evidence, one: Hypothesis) -> dict[str, Any]:
    told = [(term.nats, sentence_of(evidence, term.item)) for term in one.terms]
    return {
        "name": one.name, "kind": kind_of(one.name), "title": TITLES[one.name],
        "probability": fixed(one.probability), "words": words_of(one.probability), "prior": fixed(one.prior),
        "terms": [
            {"item": term.item, "value": term.value, "family": term.family, "nats": fixed(term.nats)}
            for term in one.terms
        ],
        "for": [says for nats, says in told if nats >= WORTH_TELLING][:MOST_SENTENCES],
        "against": [says for nats, says in told if nats <= -WORTH_TELLING][:MOST_SENTENCES],
        "not_testable": untested(evidence),
    }  # fmt: skip


def _owner(found: Assessment) -> dict[str, Any] | None:
    if found.owner is None:
        return None
    one = found.owner
    return {
        "name": one.hypothesis.name, "probability": fixed(one.hypothesis.probability),
        "words": words_of(one.hypothesis.probability), "sentence": one.sentence,
        "predictions": [{"says": p.says, "seen": p.seen, "holds": p.holds} for p in one.predictions],
    }  # fmt: skip


def _attribution(evidence: Evidence) -> dict[str, Any]:
    found = evidence.attribution
    return {
        "splits": [_split(split) for split in found.splits],
        "shifts": [_shift(evidence, one) for one in found.shifts],
        "bounds": [_bound(one) for one in found.bounds],
        "batches": [
            {
                "batch": one.batch, "source": one.source, "shipments": one.shipments, "on_time": one.on_time,
                "without": one.without, "effect": fixed(one.effect), "usual": fixed(one.usual),
                "is_seat": evidence.seat is one,
            }
            for one in evidence.batches[:MOST_PARTS]
        ],
        "explained": fixed(found.explained), "is_explained": found.is_explained,
        "sentence": _where(evidence, found),
    }  # fmt: skip


def _split(split: Split) -> dict[str, Any]:
    parts = sorted(split.parts.items(), key=lambda item: (-abs(item[1][1].total), item[0]))
    return {
        "dimension": split.dimension, "mix": _signed(split.mix), "rate": _signed(split.rate),
        "share_of_mix": fixed(split.share_of_mix),
        "parts": [
            {
                "value": name, "on_time": segment.now, "due": segment.due_now, "base_on_time": segment.before,
                "base_due": segment.due_before, "mix": _signed(effect.mix), "rate": _signed(effect.rate),
            }
            for name, (segment, effect) in parts[:MOST_PARTS]
        ],
    }  # fmt: skip


def _signed(value: Fraction) -> str:
    return fixed(float(value), 6)


def _shift(evidence: Evidence, one: Found) -> dict[str, Any]:
    shift = one.shift
    return {
        "where": [list(pair) for pair in shift.where], "log_odds": fixed(shift.log_odds),
        "explains": fixed(shift.explains), "deviance": fixed(shift.deviance), "on_time": shift.hits,
        "due": shift.trials, "expected": fixed(one.expected, 1), "outside": fixed(one.outside),
        "feasible": {
            "needed": fixed(one.feasible.needed), "held": fixed(one.feasible.held),
            "is_possible": one.feasible.is_possible, "sentence": _feasible(evidence, one),
        },
    }  # fmt: skip


def _bound(one: Bound) -> dict[str, Any]:
    return {
        "carrier": one.carrier, "is_new": one.is_new, "needed": fixed(one.feasible.needed),
        "held": fixed(one.feasible.held), "is_possible": one.feasible.is_possible,
    }  # fmt: skip


def _named(where: tuple[tuple[str, str], ...]) -> str:
    return " and ".join(f"{name} {value or '(none)'}" for name, value in where) or "everything"


def _feasible(evidence: Evidence, one: Found) -> str:
    if not _is_along(evidence, one):
        return f"{_named(one.shift.where)} moved the other way."
    usual = "late" if evidence.step and evidence.step.size > 0 else "on-time"
    verb = "can" if one.feasible.is_possible else "cannot"
    return (
        f"To move the whole that far, a part has to hold {per_cent(one.feasible.needed)} of what is usually"
        f" {usual}; {_named(one.shift.where)} holds {per_cent(one.feasible.held)}, so alone it {verb}."
    )


def _is_along(evidence: Evidence, one: Found) -> bool:
    """Whether a part moved the way the whole did."""
    return evidence.step is not None and (one.shift.log_odds > 0) == (evidence.step.size > 0)


def _where(evidence: Evidence, found: Attribution) -> str:
    if not evidence.is_moved:
        return "The rate did not move enough to look for where."
    best = next((one for one in found.shifts if _is_along(evidence, one)), None)
    if not found.is_explained or best is None:
        return "What moved is not explained by any recorded dimension."
    rest = "" if not best.shift.where else f" The rest moved by {points(best.outside)}."
    return (
        f"What moved is {_named(best.shift.where)}: it holds {per_cent(min(best.shift.explains, 1.0))} of the"
        f" change.{rest}"
    )


def _contacts(contacts: Corroboration | Silence) -> dict[str, Any]:
    if isinstance(contacts, Silence):
        return {"is_heard": False, "sentence": contacts_sentence(contacts)}
    return {
        "is_heard": contacts.is_a_witness, "reported": fixed(contacts.reported),
        "before": fixed(contacts.before),
        "implied": fixed(contacts.implied), "low": fixed(contacts.low), "high": fixed(contacts.high),
        "factor": fixed(contacts.factor, 2), "discriminates": contacts.discriminates,
        "control": fixed(contacts.control), "seen": contacts.seen,
        "expected_reported": fixed(contacts.expected_reported, 1),
        "expected_unchanged": fixed(contacts.expected_unchanged, 1), "sentence": contacts_sentence(contacts),
    }  # fmt: skip


def _range(found: Assessment) -> dict[str, Any]:
    low, high = found.range.low, found.range.high
    if found.suspect:
        sentence = (
            f"Whatever {found.suspect:,} doubted shipments truly were, the rate lies between {per_cent(low)}"
            f" and {per_cent(high)}."
        )
    elif found.verdict.outcome == "real_change":
        sentence = "No shipment is doubted by itself."
    else:
        sentence = "No shipment is doubted by itself, so how far off the rate may be is not known from them."
    return {"low": fixed(low), "high": fixed(high), "suspect": found.suspect, "sentence": sentence}


def _corrected(found: Assessment) -> dict[str, Any] | None:
    one = found.corrected
    if one is None:
        return None
    interval = f"(90 % interval {per_cent(one.low)} to {per_cent(one.high)})"
    sentence = f"Estimated {one.basis}: {per_cent(one.rate)} {interval}."
    return {
        "rate": fixed(one.rate), "low": fixed(one.low), "high": fixed(one.high), "method": one.method,
        "sentence": sentence,
    }  # fmt: skip


def _verdict(found: Assessment) -> dict[str, Any]:
    one = found.verdict
    return {
        "outcome": one.outcome, "proposal": one.proposal, "name": one.name, "subject": one.subject,
        "sentence": one.sentence, "confidence": one.confidence,
        "confidence_sentence": one.confidence_sentence, "gates": list(one.gates),
    }  # fmt: skip


def _next(found: Assessment) -> dict[str, Any] | None:
    one = found.next_check
    if one is None:
        return None
    return {"item": one.item, "title": one.title, "gain": fixed(one.gain), "sentence": one.sentence}


def _plain(value: Any) -> Any:
    """Containers of plain values; days and moments as texts; anything else as what it prints."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool | int | str) or value is None:
        return value
    return fixed(float(value)) if isinstance(value, float | Decimal) else str(value)
