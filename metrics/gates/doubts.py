"""What a decision framework compares of cases: how many are open, how likely a defect is, how far off it is.

An open case counts from its first minute. What the engine found in it counts once the case was shown to
everybody concerned: until then its words are for those who look into it, and the proposal is for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from governance.cases import selectors
from governance.cases.models import WHOLE, Case, CaseVerdict
from governance.decisions.measures import Found
from governance.framework.measures import PLACES
from governance.launch.models import Launch
from governance.versions.selectors import effective_on
from metrics.assessments.selectors import document
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock

# What the deliveries themselves explain; everything else would be a defect, or nobody knows what.
_REAL: Final = ("quiet", "real_change", "mix_shift")
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


def bias_of(found: Document) -> Decimal | None:
    """Points the rate may be off, whatever the suspect shipments turn out to be."""
    bounds, rate = found.get("range") or {}, _share((found.get("rate") or {}).get("rate"))
    low, high = _share(bounds.get("low")), _share(bounds.get("high"))
    if rate is None or low is None or high is None:
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
    links = dict.fromkeys(("cases", "doubt", "bias"), f"/triage/{case.number}/")
    outcome = str((found.get("verdict") or {}).get("outcome", "undetermined"))
    return {
        **told, "doubt": doubt_of(found), "bias": bias_of(found), "links": links,
        "verdict": outcome.replace("_", " "),
    }  # fmt: skip


def _resolved(case: Case, verdict: CaseVerdict) -> dict[str, Any]:
    """A person's verdict stands before the engine's. A real change leaves nothing to doubt."""
    if verdict.verdict == CaseVerdict.Verdict.REAL_CHANGE:
        return {}
    found = _newest_document(case)
    sure = verdict.verdict != CaseVerdict.Verdict.UNDETERMINED
    engine = doubt_of(found) if found else None
    return {
        "doubt": _CERTAIN if sure else engine if engine is not None else _EVEN,
        "bias": bias_of(found) if found else None,
        "verdict": str(CaseVerdict.Verdict(verdict.verdict).label),
        "links": dict.fromkeys(("doubt", "bias"), f"/triage/{case.number}/"),
    }


def doubts(launch: Launch, codes: Sequence[str]) -> Found:  # noqa: ARG001 (each is asked about a launch)
    """By market: its open cases, or the last one that was resolved about the data as it still is."""
    found: dict[str, dict[str, Any]] = {}
    mine = selectors.open_cases().filter(market__in=list(codes), breakout=WHOLE).order_by("number")
    for case in mine:
        before = found.get(case.market_id, {"cases": 0})
        now = _open(case)
        found[case.market_id] = {**before, **now, "cases": before["cases"] + 1}
    version = effective_on(clock.now().date())
    rest = [code for code in codes if code not in found]
    newest = newest_vintages(version, rest) if version and rest else {}
    for code, row in newest.items():
        closed = selectors.resolved().filter(market=code, breakout=WHOLE).order_by("-number").first()
        verdict = selectors.verdict_of(closed) if closed else None
        if closed is not None and verdict is not None and _is_about(closed, row.run.as_of):
            found[code] = _resolved(closed, verdict)
    return found


def _is_about(case: Case, as_of: dt.datetime) -> bool:
    """Whether the newest data is no newer than what the case looked at."""
    evidence = case.evidence.order_by("pk").last()
    return evidence is not None and evidence.as_of >= as_of
