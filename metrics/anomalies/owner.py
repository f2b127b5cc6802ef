"""The owner's explanation, tested like the rest: what it predicts, and what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from metrics.anomalies.checks.base import Level, per_cent
from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.contacts import Corroboration
from metrics.anomalies.evidence import Evidence
from metrics.anomalies.hypotheses import MIX, REAL, Hypothesis
from metrics.anomalies.words import (
    TITLES,
    batch_sentence,
    contacts_sentence,
    mix_sentence,
    sentence_of,
    words_of,
)
from otdr_hub.lib.outcome import InvalidInputError


@dataclass(frozen=True, slots=True)
class Prediction:
    """One thing an explanation predicts; `holds` is None where it could not be tested."""

    says: str
    seen: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Owned:
    """The owner's explanation with its probability, and its predictions one by one."""

    hypothesis: Hypothesis
    predictions: tuple[Prediction, ...]
    sentence: str


def owned(evidence: Evidence, hypotheses: Sequence[Hypothesis], name: str) -> Owned:
    """Test the explanation called `name`. Raises InvalidInputError when it is not one that is listed."""
    found = next((one for one in hypotheses if one.name == name), None)
    if found is None:
        listed = ", ".join(sorted(one.name for one in hypotheses))
        raise InvalidInputError(
            _("'%(name)s' is no explanation that is tested; those are %(listed)s.")
            % {"name": name, "listed": listed}
        )
    predictions = tuple(_predictions(evidence, name))
    held = sum(1 for one in predictions if one.holds)
    tested = sum(1 for one in predictions if one.holds is not None)
    place = [one.name for one in hypotheses].index(name) + 1
    sentence = (
        f"The explanation given ({TITLES[name]}) is one of {len(hypotheses)} that were tested. Of its"
        f" {tested} predictions that could be tested, {held} hold. It is number {place}, with"
        f" {per_cent(found.probability)} ({words_of(found.probability)})."
    )
    return Owned(found, predictions, sentence)


def _predictions(evidence: Evidence, name: str) -> list[Prediction]:
    if name in BY_KIND:
        return [
            _own_check(evidence, name),
            *_direction(evidence, name),
            *_batch(evidence, name),
            _outside(evidence, False),
        ]
    if name == REAL:
        return [_nothing_fires(evidence), _outside(evidence, True)]
    if name == MIX:
        split = evidence.attribution.most_mix
        holds = None if not evidence.is_moved or split is None else evidence.is_by_weights
        says = "Weights of what was there before make most of the change."
        return [Prediction(says, mix_sentence(evidence), holds)]
    return [_nothing_fires(evidence)]


def _own_check(evidence: Evidence, name: str) -> Prediction:
    finding = evidence.findings[name]
    holds = None if finding.level is Level.UNTESTABLE else finding.fires
    return Prediction(f"The check for it fires: {BY_KIND[name].title}.", finding.sentence, holds)


def _direction(evidence: Evidence, name: str) -> list[Prediction]:
    way = BY_KIND[name].direction
    if way == "either" or evidence.step is None:
        return []
    holds = (evidence.step.size > 0) == (way == "up") if evidence.is_moved else None
    return [Prediction(f"The rate moves {way}.", sentence_of(evidence, "step"), holds)]


def _batch(evidence: Evidence, name: str) -> list[Prediction]:
    if name != "backfill_overwrite" or not evidence.is_moved:
        return []
    says = "Rows the backfill touched moved and rows it did not touch stayed: one batch makes the change."
    return [Prediction(says, batch_sentence(evidence), evidence.seat is not None)]


def _outside(evidence: Evidence, is_real: bool) -> Prediction:
    contacts = evidence.contacts
    says = (
        "Customers' contacts move as reported."
        if is_real
        else "Customers' contacts do not follow what is reported."
    )
    seen = contacts_sentence(contacts)
    if not evidence.is_moved or not isinstance(contacts, Corroboration) or not contacts.is_a_witness:
        return Prediction(says, seen, None)
    return Prediction(says, seen, contacts.word == ("agree" if is_real else "refute"))


def _nothing_fires(evidence: Evidence) -> Prediction:
    firing = [BY_KIND[kind].title for kind, one in evidence.findings.items() if one.fires]
    seen = f"{len(firing)} fire: {'; '.join(firing[:3])}." if firing else "None fires."
    return Prediction("No check of the data fires.", seen, not firing)
