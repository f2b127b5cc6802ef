"""Whether what was found of a week is still about the data the week is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from governance.cases import selectors
from governance.cases.models import Case, CaseEvidence, CaseVerdict
from metrics.assessments.made import Assessed
from metrics.assessments.reading import DEFECTS
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


def looked_at_anew(evidence: CaseEvidence, row: RunVintage, monday: dt.date) -> dict[str, Any] | None:
    """What the engine says of the week as this vintage has it, where that is other data than the evidence
    looked at; None where it is the same, or was not looked at yet."""
    if not has_changed(evidence, row, monday):
        return None
    return document_as_of(row.market, monday, row.run.version.digest, row.run.as_of)


def is_spoken_of(resolved: Sequence[Case], assessed: Assessed) -> bool:
    """Whether people who resolved cases of this week knew what is found now: it is no defect, or they found
    the data wrong, or it is the data they looked at. Where that cannot be told, they did."""
    market = assessed.document["input"]["market"]
    row = RunVintage.objects.filter(run=assessed.run or None, market=market).select_related("run").first()
    if row is None or assessed.document["verdict"]["outcome"] not in DEFECTS:
        return True
    return any(_found_wrong(case) or not _is_other(case, row, assessed) for case in resolved)


def _found_wrong(case: Case) -> bool:
    verdict = selectors.verdict_of(case)
    return verdict is not None and verdict.verdict in DEFECTS


def _is_other(case: Case, row: RunVintage, assessed: Assessed) -> bool:
    """Whether a week both are about is made from other shipments than the verdict rests on."""
    verdict = selectors.verdict_of(case)
    evidence = evidence_of(case, verdict) if verdict else None
    first, last = max(case.first_week, assessed.first_week), min(case.last_week, assessed.last_week)
    both = (first + dt.timedelta(weeks=n) for n in range((last - first).days // 7 + 1))
    return evidence is not None and any(has_changed(evidence, row, monday) for monday in both)
