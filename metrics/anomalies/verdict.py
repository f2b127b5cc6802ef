"""What is proposed, in which words, how sure, and what to look at next. A person signs; nothing is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from metrics.anomalies.checks.base import Level, per_cent
from metrics.anomalies.checks.registry import BY_KIND, CHECKS
from metrics.anomalies.contacts import Corroboration
from metrics.anomalies.evidence import Evidence
from metrics.anomalies.hypotheses import DEFECTS, MIX, QUIET, REAL, UNKNOWN, Hypothesis, Learned
from metrics.anomalies.words import TITLES, kind_of, words_of

NAMED: Final = 0.80  # probability from which a cause is named
CERTAIN: Final = 0.95  # that nothing is wrong with the data, to certify
SELDOM: Final = 0.1  # a check that fires in fewer worlds of an explanation is not explained by it
SMALL_BIAS: Final = 0.005
IMMATURE: Final = 0.005  # share of due shipments still open
GATES: Final = tuple(check.kind for check in CHECKS if check.number in (4, 10, 19, 23))
_PROPOSED: Final = {
    "certify": "to certify",
    "certify_and_disclose": "to certify with a disclosure",
    "exclude": "to leave these days out of the certified figure, with the reason",
    "hold": "to hold these days until it is known",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """See `docs/triage.md`, key `verdict`."""

    outcome: str
    proposal: str
    name: str
    subject: str
    sentence: str
    confidence: str
    confidence_sentence: str
    gates: tuple[str, ...]


def chances(hypotheses: Sequence[Hypothesis]) -> dict[str, float]:
    """Probabilities by sort: real (nothing wrong with the data), defect, definition, unknown."""
    found = dict.fromkeys(("real", "data_defect", "definition_change", "unknown"), 0.0)
    for one in hypotheses:
        kind = kind_of(one.name)
        found["real" if kind in (QUIET, REAL, MIX) else kind] += one.probability
    return found


def unexplained(learned: Learned, evidence: Evidence, name: str) -> tuple[str, ...]:
    """What there is although it seldom is under this explanation: checks that fire, traces, contacts that
    refute the rate. It cannot be all there is. What is not listed explains anything."""
    if name == UNKNOWN:
        return ()
    seen = [kind for kind, one in evidence.findings.items() if one.fires and kind != name]
    fires: dict[str, tuple[str, ...]] = dict.fromkeys(seen, ("fire", "strong"))
    fires |= {name: ("seen",) for name, one in evidence.traces.items() if one.is_seen}
    left = [
        item
        for item, values in fires.items()
        if sum(learned.chance(name, item, value) for value in values) < SELDOM
    ]
    # However often: what customers did not feel is no change of the world until somebody has looked.
    return (*left, "contacts") if name in (REAL, MIX) and evidence.is_refuted else tuple(left)


def named(evidence: Evidence, hypotheses: Sequence[Hypothesis], left: Sequence[str]) -> str:
    """The explanation that is sure enough to be named. Empty where none is, where it leaves something
    unexplained, and where a defect's own check does not fire: other traces may be another defect's."""
    top = hypotheses[0]
    if top.probability < NAMED or top.name == UNKNOWN or left:
        return ""
    return "" if top.name in DEFECTS and not _is_seen(evidence, top.name) else top.name


def _is_seen(evidence: Evidence, kind: str) -> bool:
    return kind in evidence.findings and evidence.findings[kind].fires


def verdict_of(
    evidence: Evidence, hypotheses: Sequence[Hypothesis], *, bias: float, left: Sequence[str] = ()
) -> Verdict:
    """The proposal. `bias` bounds how far the defect can have moved the rate (a share of due); `left` is
    what there is and the first explanation does not explain."""
    by_sort, name = chances(hypotheses), named(evidence, hypotheses, left)
    gates = tuple(kind for kind in GATES if kind in evidence.findings and not _is_clear(evidence, kind))
    proposal = "hold" if left else _proposal(evidence, by_sort, name, gates, bias)
    confidence, why = _confidence(evidence)
    sentence = _sentence(by_sort, hypotheses[0], proposal, left, is_named=bool(name))
    if proposal == "certify_and_disclose" and name not in DEFECTS:
        sentence += f" To be told beside it: {', '.join(lower(TITLES[one]) for one in _fires(evidence))}."
    told = (_subject(evidence, hypotheses[0].name), sentence, confidence, why)
    return Verdict(_outcome(by_sort), proposal, name, *told, gates)


def _is_clear(evidence: Evidence, kind: str) -> bool:
    return evidence.findings[kind].level in (Level.CLEAR, Level.HINT)


def _proposal(
    evidence: Evidence, by_sort: Mapping[str, float], name: str, gates: tuple[str, ...], bias: float
) -> str:
    now = [row for row in evidence.days if row.part == "suspect"]
    if sum(row.pending for row in now) > IMMATURE * sum(row.due for row in now):
        return "hold"
    if by_sort["real"] >= (NAMED if _is_calm(evidence) else CERTAIN) and not gates:
        return "certify_and_disclose" if _fires(evidence) else "certify"
    if name in DEFECTS:
        return "exclude" if bias >= SMALL_BIAS else "certify_and_disclose"
    return "hold"


def _is_calm(evidence: Evidence) -> bool:
    """Whether neither the rate moved nor any check fires. What is believed beforehand is for weeks that gave
    cause to ask; a week that gave none need not be proved as surely."""
    return not _fires(evidence) and not evidence.is_moved


def _fires(evidence: Evidence) -> list[str]:
    """The checks that fire. What a real change explains of them (longer promises) is told beside it."""
    return [kind for kind, one in evidence.findings.items() if one.fires]


def _outcome(by_sort: Mapping[str, float]) -> str:
    if by_sort["real"] >= NAMED:
        return "real_change"
    wrong = by_sort["data_defect"] + by_sort["definition_change"]
    if wrong < NAMED:
        return "undetermined"
    return "definition_change" if by_sort["definition_change"] > by_sort["data_defect"] else "data_defect"


def _sentence(
    by_sort: Mapping[str, float], top: Hypothesis, proposal: str, left: Sequence[str], *, is_named: bool
) -> str:
    """Likelihood only; confidence has a sentence of its own, as the two must not be mixed."""
    real = by_sort["real"]
    first = f"{_said(real)} that the figure reflects deliveries ({per_cent(real)})."
    if top.name in (QUIET, REAL, MIX) and not left:
        second = f"The likeliest explanation is: {lower(TITLES[top.name])} ({per_cent(top.probability)})."
    elif left:
        others = ", ".join(lower(TITLES[kind]) for kind in left)
        second = (
            f"First is: {lower(TITLES[top.name])} ({per_cent(top.probability)}), which does not explain what"
            f" else is there: {others}."
        )
    elif is_named:
        second = f"{_said(top.probability)} that {lower(TITLES[top.name])} ({per_cent(top.probability)})."
    elif top.probability >= NAMED and top.name != UNKNOWN:
        second = (
            f"First is: {lower(TITLES[top.name])} ({per_cent(top.probability)}), but the check that looks for"
            " it does not speak, so it is not named."
        )
    else:
        second = (
            f"No single explanation is likely enough to be named; first is: {lower(TITLES[top.name])}"
            f" ({per_cent(top.probability)})."
        )
    return f"{first} {second} Proposed: {_PROPOSED[proposal]}."


def _said(probability: float) -> str:
    words = words_of(probability)
    return f"There is {words}" if words.endswith("chance") else f"It is {words}"


def lower(title: str) -> str:
    """A title in the middle of a sentence."""
    return title[0].lower() + title[1:]


def _subject(evidence: Evidence, name: str) -> str:
    """A field, a feed or a batch; never a person."""
    if evidence.seat is not None and name in DEFECTS:
        return f"batch {evidence.seat.batch}"
    if name not in evidence.findings:
        return ""
    scope, needs = evidence.findings[name].scope, ", ".join(BY_KIND[name].needs)
    return f"{needs} of {scope}" if scope else needs


def _confidence(evidence: Evidence) -> tuple[str, str]:
    ran = sum(1 for one in evidence.findings.values() if one.level is not Level.UNTESTABLE)
    total = max(len(evidence.findings), 1)
    outside = isinstance(evidence.contacts, Corroboration) and evidence.contacts.is_a_witness
    witness = "an independent witness was heard" if outside else "no independent witness could tell"
    level = "high" if ran >= 0.8 * total and outside else "moderate" if ran >= 0.7 * total else "low"
    return level, f"Confidence: {level}. {ran} of {total} checks could be run, and {witness}."


def bias_of(evidence: Evidence, name: str) -> float:
    """The most a defect can have moved the rate: what its own check bounds, or the step itself."""
    step = abs(evidence.step.size) if evidence.step and evidence.is_moved else 0.0
    finding = evidence.findings.get(name)
    if finding is None or not finding.fires:
        return step
    return max(finding.bias, step)
