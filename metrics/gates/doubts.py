"""What a decision framework compares of cases: how many are open, how likely a defect is, how far off it is.

An open case counts from its first minute. What the engine found in it counts once the case was shown to
everybody concerned: until then its words are for those who look into it, and the proposal is for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from governance.cases import selectors
from governance.cases.models import WHOLE, Case, CaseEvidence, CaseVerdict
from governance.decisions.measures import Found
from governance.framework.measures import PLACES
from governance.launch.models import Launch
from governance.markets.models import Market
from governance.versions.selectors import effective_on
from metrics.assessments.selectors import document
from metrics.assessments.standing import evidence_of, looked_at_anew
from metrics.gates.measured import week_of
from metrics.operator.effect import Newest
from metrics.recompute.models import RunVintage
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock

# What the deliveries themselves explain; everything else would be a defect, or nobody knows what.
_REAL: Final = ("quiet", "real_change", "mix_shift")
_HEALED: Final = "certify"  # no less: where a check still fires, there is something to be told first
_CERTAIN, _EVEN = Decimal(100), Decimal(50)
Document = Mapping[str, Any]


def _share(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text)) if text is not None else None
    except InvalidOperation:
        return None


def doubt_of(found: Document) -> Decimal | None:
    """Per cent probability that the number is not what was delivered; None where the engine gave none."""
    known = [_share(one.get("probability")) for one in found.get("hypotheses", ()) if one["kind"] in _REAL]
    real = [share for share in known if share is not None]
    return ((1 - sum(real, Decimal(0))) * 100).quantize(PLACES) if real else None


def bias_of(found: Document, outcome: str = "") -> Decimal | None:
    """Points the rate may be off, whatever the suspect shipments turn out to be; None where nobody knows.

    `outcome` is a person's verdict, the engine's if none. Where it doubts the data and no shipment is known
    to be suspect, the range of readings is one point, which says nothing of how far off the rate is.
    """
    bounds, rate = found.get("range") or {}, _share((found.get("rate") or {}).get("rate"))
    low, high = _share(bounds.get("low")), _share(bounds.get("high"))
    is_doubted = (outcome or (found.get("verdict") or {}).get("outcome", "")) not in ("", *_REAL)
    if rate is None or low is None or high is None or (is_doubted and bounds.get("suspect") == 0):
        return None
    return (max(high - rate, rate - low) * 100).quantize(PLACES)


def _newest_document(case: Case) -> Document | None:
    evidence = case.evidence.order_by("pk").last()
    return document(evidence.assessment) if evidence else None


def _open(case: Case) -> dict[str, Any]:
    told: dict[str, Any] = {"cases": 1, "links": {"cases": f"/triage/{case.number}/"}}
    found = _newest_document(case) if selectors.is_wide(case) else None
    if found is None:
        return told
    said = _engine(case, found)
    return {**told, **said, "links": {**told["links"], **said["links"]}}


def _engine(case: Case, found: Document) -> dict[str, Any]:
    """What the engine says of a case's week."""
    outcome = str((found.get("verdict") or {}).get("outcome", "undetermined"))
    return {
        "doubt": doubt_of(found), "bias": bias_of(found), "verdict": outcome.replace("_", " "),
        "links": dict.fromkeys(("doubt", "bias"), f"/triage/{case.number}/"),
    }  # fmt: skip


def _resolved(case: Case, verdict: CaseVerdict, evidence: CaseEvidence | None) -> dict[str, Any]:
    """A person's verdict that leaves something to doubt stands before the engine's."""
    found = document(evidence.assessment) if evidence else None
    sure = verdict.verdict != CaseVerdict.Verdict.UNDETERMINED
    engine = doubt_of(found) if found else None
    return {
        "doubt": _CERTAIN if sure else engine if engine is not None else _EVEN,
        "bias": bias_of(found, verdict.verdict) if found else None,
        "verdict": str(CaseVerdict.Verdict(verdict.verdict).label),
        "links": dict.fromkeys(("doubt", "bias"), f"/triage/{case.number}/"),
    }


def _badness(told: Mapping[str, Any]) -> tuple[Decimal, bool, Decimal]:
    """How bad a finding is: more doubt is worse, and of equal ones that whose bias nobody knows."""
    doubt, bias = told.get("doubt"), told.get("bias")
    return (Decimal(-1) if doubt is None else doubt, bias is None, bias or Decimal(0))


def doubts(launch: Launch, codes: Sequence[str]) -> Found:  # noqa: ARG001 (each is asked about a launch)
    """By market: how many cases are open, and the worst that they, or verdicts that stand about the week as
    it still is, say of it. Two that disagree both stand; whoever knows better reopens the one that is wrong.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    mine = selectors.open_cases().filter(market__in=list(codes), breakout=WHOLE).order_by("number")
    for case in mine:
        told.setdefault(case.market_id, []).append(_open(case))
    for code, standing in _standing(codes):
        told.setdefault(code, []).append(standing)
    return {code: _together(found) for code, found in told.items()}


def _together(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The worst of what is said of a market, and how many of it are open cases."""
    worst, opened = max(found, key=_badness), [one for one in found if "cases" in one]
    if not opened:
        return dict(worst)
    return {**worst, "cases": len(opened), "links": {**opened[-1]["links"], **worst["links"]}}


def _standing(codes: Sequence[str]) -> Iterable[tuple[str, dict[str, Any]]]:
    """(market, what a verdict that stands says of the week a launch is about) of each that doubts it."""
    version = effective_on(clock.now().date())
    if version is None:
        return
    every = newest_vintages(version, list(Market.objects.values_list("code", flat=True)))
    newest = {code: Newest(code, row.vintage, row.run_id, row.run.as_of) for code, row in every.items()}
    monday = week_of(version, newest)
    asked = [code for code in codes if code in every]
    if monday is None or not asked:
        return
    for case in selectors.resolved().filter(
        market__in=asked, breakout=WHOLE, first_week__lte=monday, last_week__gte=monday
    ):
        said = _said(case, every[case.market_id], monday)
        if said:
            yield case.market_id, said


def _said(case: Case, row: RunVintage, monday: dt.date) -> dict[str, Any]:
    """What a resolved case says of a week of this vintage.

    A verdict stands also where the week is made from other data by now, as late events change every young
    week, until the engine looked at that and finds nothing wrong with it any more. One that left the matter
    undetermined says what the engine says of the newest data. A real change leaves nothing to doubt.
    """
    verdict = selectors.verdict_of(case)
    if verdict is None or verdict.verdict == CaseVerdict.Verdict.REAL_CHANGE:
        return {}
    evidence = evidence_of(case, verdict)
    found = looked_at_anew(evidence, row, monday) if evidence else None
    is_sure = verdict.verdict != CaseVerdict.Verdict.UNDETERMINED
    if found and (not is_sure or found["verdict"]["proposal"] == _HEALED):
        return _engine(case, found)
    return _resolved(case, verdict, evidence)
