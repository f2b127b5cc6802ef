"""How it is said: the scale of likelihood, numbers as texts, and one sentence for each item of evidence."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Level, per_cent
from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.contacts import Corroboration, Silence
from metrics.anomalies.evidence import Evidence
from metrics.anomalies.hypotheses import MIX, QUIET, REAL, UNKNOWN
from metrics.anomalies.traces import TRACES

# The scale of ICD 203 (Office of the Director of National Intelligence, "Analytic Standards").
SCALE: Final = (
    (0.95, "almost certain"), (0.80, "very likely"), (0.55, "likely"), (0.45, "a roughly even chance"),
    (0.20, "unlikely"), (0.05, "very unlikely"), (0.0, "almost no chance"),
)  # fmt: skip
TITLES: Final = {
    QUIET: "Nothing but the usual unrest",
    REAL: "Deliveries really changed",
    MIX: "What is shipped changed, not how well it is delivered",
    UNKNOWN: "Something that is not on the list",
    **TRACES,
    "contacts": "Customers' contacts do not follow the rate",
    **{kind: check.title for kind, check in BY_KIND.items()},
}
# Changed rules are neither a fault of the data nor a change of the world.
DEFINITIONS: Final = frozenset({"working_day_calendar", "cut_off_rule", "definition_changed", "scope_change"})


def words_of(probability: float) -> str:
    """The words for a probability."""
    return next(word for least, word in SCALE if probability >= least)


def kind_of(name: str) -> str:
    """Of which sort a hypothesis is."""
    if name in (QUIET, REAL, MIX, UNKNOWN):
        return name
    return "definition_change" if name in DEFINITIONS else "data_defect"


def fixed(value: float, places: int = 4) -> str:
    """A number as text with so many decimals; never minus zero."""
    text = f"{value:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text


def points(step: float) -> str:
    """A difference of rates in points, with its sign."""
    return f"{step * 100:+.1f} points"


def sentence_of(evidence: Evidence, item: str) -> str:
    """What an item of evidence says, as one sentence."""
    if item in evidence.findings:
        return evidence.findings[item].sentence
    says = {
        "step": step_sentence, "mix": mix_sentence, "batch": batch_sentence, "volume": volume_sentence,
    }  # fmt: skip
    if item in evidence.traces:
        return evidence.traces[item].sentence
    return says[item](evidence) if item in says else contacts_sentence(evidence.contacts)


def step_sentence(evidence: Evidence) -> str:
    """Whether the rate moved, and by how much."""
    step = evidence.step
    if step is None or not evidence.is_moved:
        return "The rate itself did not move beyond its usual unrest."
    return f"The rate moved by {points(step.size)}, from {per_cent(step.before)} to {per_cent(step.now)}."


def volume_sentence(evidence: Evidence) -> str:
    """How much is shipped."""
    return f"Shipments a day are {evidence.volume * 100:.0f} % of what they were."


def mix_sentence(evidence: Evidence) -> str:
    """How much of the change is weights."""
    split = evidence.attribution.most_mix
    if split is None or not evidence.is_moved:
        return "The rate did not move enough to be split."
    new = float(split.mix - split.known_mix)
    made = (
        f"By {split.dimension}, weights made {points(float(split.mix))} of the change and rates"
        f" {points(float(split.rate))}"
    )
    return f"{made}; of the former, {points(new)} by what was not there before." if new else f"{made}."


def batch_sentence(evidence: Evidence) -> str:
    """What one batch did, or that none did it."""
    one, step = evidence.seat, evidence.step
    if one is None or step is None:
        return "No single batch overruled enough to make the change."
    return (
        f"Batch {one.batch} overruled other batches on {one.shipments:,} shipments and moved the rate by"
        f" {points(one.beyond)}: {per_cent(min(one.beyond / step.size, 1.0))} of the change. Without it"
        f" {one.without:,} of them are on time, with it {one.on_time:,}."
    )


def contacts_sentence(contacts: Corroboration | Silence) -> str:
    """What customers' contacts say."""
    if isinstance(contacts, Silence):
        return f"Contacts say nothing because {contacts.why}."
    implied = (
        f"Contacts about late deliveries imply {per_cent(contacts.implied)} (90 % interval"
        f" {per_cent(contacts.low)} to {per_cent(contacts.high)}); reported are"
        f" {per_cent(contacts.reported)}."
    )
    if not contacts.is_control_quiet:
        return f"{implied} Contacts about other things moved as well, so the channel itself may have changed."
    if not contacts.discriminates:
        return f"{implied} They cannot discriminate: both would look alike."
    return implied


def untested(evidence: Evidence) -> list[str]:
    """Sentences of what could not be tested."""
    return [
        f"{BY_KIND[kind].title}: {finding.sentence[0].lower()}{finding.sentence[1:]}"
        for kind, finding in evidence.findings.items()
        if finding.level is Level.UNTESTABLE
    ]
