"""The sentence Finance reads before approving."""

from __future__ import annotations

from governance.definition.nodes import EXCLUSIONS, Definition

_PROMISE = {"original": "the original promise", "latest": "the latest promise"}


def _left_out(definition: Definition) -> str:
    return "; ".join(EXCLUSIONS[reason] for reason in definition.exclusions)


def explain(definition: Definition) -> str:
    """One paragraph that says what the number is, what is left out and when it may be trusted."""
    grace = f" plus {definition.grace_minutes} minutes" if definition.grace_minutes else ""
    return (
        f"On-Time Delivery Rate is the number of shipments first validly {definition.success_event} by the "
        f"end of {_PROMISE[definition.promise]}{grace}, divided by the shipments due: those whose "
        f"{definition.promise} promise ends in the week, in the destination's local time. "
        f"Not counted as due: {_left_out(definition)}. "
        f"Shipments with no news from the carrier {definition.horizon_hours} hours after the promise stay in "
        f"the denominator and are not on time; below {definition.completeness_floor:%} with news, nothing is "
        f"certified. Cells of fewer than {definition.small_cell} shipments are not shown to executives."
    )
