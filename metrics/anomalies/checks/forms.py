"""Forms that several checks ask for: of identifiers, and of times that repeat the promise."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.world import World

_FORMS: Final = """
SELECT id_form, id_length, count(*) FROM shipment WHERE part = 'base' AND promised_at IS NOT NULL
GROUP BY ALL ORDER BY 3 DESC, 1, 2 LIMIT 20
"""

# A promised day ends at its last instant; a filled-in time may also be that day's noon.
ON_THE_PROMISE: Final = (
    "abs(epoch(delivered_at) - epoch(promise_end)) <= 1"
    " OR (promise_kind = 'date' AND abs(epoch(promise_end) - epoch(delivered_at) - 43200) <= 1)"
)


def has_usual_form(world: World) -> str:
    """SQL over `shipment`: whether an identifier has one of the twenty commonest forms of before."""
    known = [f"({world.quoted(str(form))}, {int(length)})" for form, length, _ in world.rows(_FORMS)]
    return f"(id_form, id_length) IN ({', '.join(known) or repr(('', 0))})"
