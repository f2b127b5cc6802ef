"""Whether what was found of a week is still about the data the week is made from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from governance.cases import selectors
from governance.cases.models import Case, CaseEvidence, CaseVerdict
from metrics.assessments.selectors import document_as_of
from metrics.recompute import storage
from metrics.recompute.models import RunVintage


def evidence_of(case: Case, verdict: CaseVerdict) -> CaseEvidence | None:
    """What a verdict rests on; what was known last where it names nothing."""
    named = case.evidence.filter(assessment=verdict.assessment) if verdict.assessment else case.evidence.all()
    return named.order_by("pk").last()


def has_changed(evidence: CaseEvidence, row: RunVintage, monday: dt.date) -> bool:
    """Whether a week of this vintage is made from other shipments than those the evidence looked at.

    A later run over the same shipments changes nothing. Where the two cannot be compared (the evidence names
    no run, or one of another definition) nothing is said to have changed.
    """
    looked = RunVintage.objects.filter(
        run=evidence.run, market=row.market, run__version=row.run.version_id
    ).first()
    weeks = [storage.week_counts(one.vintage, monday) for one in (looked, row) if one is not None]
    roots = [week["root"] for week in weeks if week]
    return len(roots) == 2 and roots[0] != roots[1]


def looked_at_anew(case: Case, row: RunVintage, monday: dt.date) -> dict[str, Any] | None:
    """What the engine says of the week as this vintage has it, where that is other data than the standing
    verdict rests on; None where it is the same, or was not looked at yet."""
    verdict = selectors.verdict_of(case)
    evidence = evidence_of(case, verdict) if verdict else None
    if evidence is None or not has_changed(evidence, row, monday):
        return None
    return document_as_of(row.market, monday, row.run.version.digest, row.run.as_of)
