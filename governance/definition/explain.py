"""The sentences Finance reads before approving: what a version says, and what a change changes.

They are what is signed, and the disclosure keeps them under its fingerprint: the same words for everybody, in
the source's language whatever a page's is.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from governance.definition.nodes import EXCLUSIONS, SERVICE_REASONS, Definition

_PROMISE = {"original": "the original promise", "latest": "the latest promise"}
_SUCCESS = {"delivered": "first validly delivered", "first_attempt": "first validly delivered or attempted"}


def _left_out(definition: Definition) -> str:
    reasons = [EXCLUSIONS[reason] for reason in definition.exclusions]
    reasons += [
        f"service {service} ({SERVICE_REASONS[reason]})" for service, reason in definition.excluded_services
    ]
    return "; ".join(reasons)


def _special(definition: Definition) -> str:
    said = []
    if definition.customer_requests_count:
        said.append("A date the customer asked for is the promise.")
    if definition.success_event == "first_attempt":
        said.append(f"An attempt counts only for: {', '.join(definition.attempt_reasons)}.")
    if definition.horizons:
        waits = ", ".join(f"{hours} hours in {market}" for market, hours in definition.horizons)
        said.append(f"The wait for news is {waits}.")
    if definition.event_map:
        carriers = sorted({carrier for carrier, _, _ in definition.event_map})
        said.append(f"Own codes are read for: {', '.join(carriers)}.")
    if definition.calendars:
        regions = sorted({region for region, _, _ in definition.calendars})
        said.append(f"Holidays of {', '.join(regions)} are on record; they never move a promise.")
    if definition.pickup_services:
        said.append(f"Ready for collection is a delivery for: {', '.join(definition.pickup_services)}.")
    return " ".join(said)


def explain(definition: Definition) -> str:
    """One paragraph that says what the number is, what is left out and when it may be trusted."""
    grace = f" plus {definition.grace_minutes} minutes" if definition.grace_minutes else ""
    what = (
        f"On-Time Delivery Rate is the number of shipments {_SUCCESS[definition.success_event]} by the "
        f"end of {_PROMISE[definition.promise]}{grace}, divided by the shipments due: those whose "
        f"{definition.promise} promise ends in the week, in the destination's local time."
    )
    trust = (
        f"Shipments with no news from the carrier {definition.horizon_hours} hours after the promise stay in "
        f"the denominator and are not on time; below {definition.completeness_floor:%} with news, nothing is "
        f"certified. Cells of fewer than {definition.small_cell} shipments are not shown to executives."
    )
    sentences = (what, _special(definition), f"Not counted as due: {_left_out(definition)}.", trust)
    return " ".join(sentence for sentence in sentences if sentence)


_NODES = {
    "name": "The name",
    "cohort": "The cohort",
    "unit": "What is counted",
    "promise": "The promise used",
    "success_event": "What counts as success",
    "grace_minutes": "The grace after the promise, in minutes,",
    "horizon_hours": "The wait for news after the promise, in hours,",
    "completeness_floor": "The share with news needed to certify",
    "no_promise_ceiling": "The share without a promise allowed",
    "customer_requests_count": "Whether a date the customer asked for is the promise",
    "attempt_reasons": "The attempts that count",
    "pickup_services": "The services where ready for collection is a delivery",
    "exclusions": "What takes a shipment out of the due ones",
    "excluded_services": "The services left out",
    "zone_rule": "The zone a day is read in",
    "small_cell": "The smallest cell shown, in shipments,",
    "horizons": "The wait for news in single markets, in hours,",
    "event_map": "What the carriers' own codes mean",
    "calendars": "The holidays on record",
}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({_plain(item)})" for key, item in sorted(value.items())) or "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return f"{value:%}" if isinstance(value, Decimal) else str(value)


def node_words(node: str) -> str:
    """What a node is called in words, to stand by itself."""
    return _NODES.get(node, node).rstrip(",")


_VALUES = {
    "promise_end": "shipments whose promise ends in the week",
    "delivered": "the first valid delivery",
    "first_attempt": "the first valid delivery or attempt",
    "original": "the original one",
    "latest": "the latest one",
    "shipment": "shipments",
    "order": "orders",
    "destination": "the destination's",
    "utc": "UTC",
    "consignee": "the customer was not there",
    **EXCLUSIONS,
}


def _in_words(node: str, value: Any) -> str:
    if node == "cohort" and value == "delivered":
        return "shipments delivered in the week"
    if node == "excluded_services":
        return ", ".join(f"{key} ({SERVICE_REASONS[why]})" for key, why in value.items()) or "none"
    if isinstance(value, tuple):
        return "; ".join(str(_VALUES.get(item, item)) for item in value) or "none"
    text = _plain(value)
    return (
        _VALUES.get(text, text)
        if node in ("cohort", "unit", "promise", "success_event", "zone_rule")
        else text
    )


def nodes(definition: Definition) -> list[tuple[str, str]]:
    """Every node in words with its value in words, in the order of the document."""
    return [(node_words(node), _in_words(node, value)) for node, value in definition.content().items()]


def diff(old: Definition, new: Definition) -> list[str]:
    """What changes from one definition to another, a sentence per node; empty when nothing does."""
    before, after = old.content(), new.content()
    return [
        f"{_NODES[node]} was {_plain(before[node])} and becomes {_plain(after[node])}."
        for node in before
        if before[node] != after[node]
    ]
