"""What to look at next: the check that is expected to tell most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

from metrics.anomalies.evidence import Evidence
from metrics.anomalies.hypotheses import UNKNOWN, Hypothesis, Learned, values_of
from metrics.anomalies.verdict import chances, lower, named
from metrics.anomalies.words import TITLES

PROOF: Final = "proof_of_delivery"


@dataclass(frozen=True, slots=True)
class Next:
    """The check that would tell most, and how many bits it is expected to."""

    item: str
    title: str
    gain: float
    sentence: str


def next_of(
    learned: Learned,
    evidence: Evidence,
    found: Mapping[str, str],
    hypotheses: Sequence[Hypothesis],
    left: Sequence[str] = (),
) -> Next | None:
    """The untested item with the highest expected gain; None once a cause is named or nothing is wrong."""
    if named(evidence, hypotheses, left):
        return None
    open_items = [item for item in (*evidence.findings, "contacts") if item not in found]
    best = max(((gain(learned, hypotheses, item), item) for item in open_items), default=(0.0, ""))
    # Proof of delivery, asked of the carrier for a sample, tells data from deliveries whatever the cause.
    real = chances(hypotheses)["real"]
    proof = _entropy([real, 1 - real])
    if proof >= best[0]:
        return Next(
            PROOF, "Proof of delivery for 50 parcels", proof,
            "Ask the carriers for proof of delivery of 50 parcels drawn from these days: it tells what was"
            " delivered from what was told.",
        )  # fmt: skip
    title = "Customers' contacts" if best[1] == "contacts" else TITLES[best[1]]
    return Next(best[1], title, best[0], f"Not tested yet, and most telling: {lower(title)}.")


def gain(learned: Learned, hypotheses: Sequence[Hypothesis], item: str) -> float:
    """By how many bits knowing an item is expected to lower the entropy of what is believed."""
    listed = [one for one in hypotheses if one.name != UNKNOWN]
    total = sum(one.probability for one in listed) or 1.0
    believed = [one.probability / total for one in listed]
    after = 0.0
    for value in values_of(item):
        joint = [p * learned.chance(one.name, item, value) for p, one in zip(believed, listed, strict=True)]
        seen = sum(joint)
        if seen > 0:
            after += seen * _entropy([one / seen for one in joint])
    scale = sum(learned.chance(listed[0].name, item, value) for value in values_of(item))
    return max(_entropy(believed) - after / max(scale, 1.0), 0.0)


def _entropy(shares: Sequence[float]) -> float:
    return -sum(share * log2(share) for share in shares if share > 0)
