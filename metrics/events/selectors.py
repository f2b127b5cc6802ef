"""What came in, and what of it could not be used. Lines and reasons only: never what a row said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from governance.access.models import User
from governance.access.policy import may
from metrics.events.models import Batch, QuarantinedRow
from otdr_hub.lib.outcome import InvalidInputError, require


def batches(*, state: str = "", kind: str = "", actor: User) -> list[dict[str, Any]]:
    """Every delivery, oldest first: what came, from whom, when (aware), and why it was refused.

    Raises NotAllowedError for anybody who is no operator.
    """
    require(may(actor, "operator_read"))
    wanted = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    return [_plain(batch) for batch in Batch.objects.filter(**wanted).select_related("taken_by")]


def _plain(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.pk, "kind": batch.kind, "file": batch.filename, "source": batch.source,
        "state": batch.state, "digest": batch.digest, "mapping": batch.mapping or None,
        "rows": batch.rows, "accepted": batch.accepted, "quarantined": batch.quarantined,
        "reasons": batch.reasons, "problem": batch.problem or None,
        "closes": f"{batch.closes_from}..{batch.closes_until}" if batch.closes_from else None,
        "at": batch.taken_at.isoformat(), "by": batch.taken_by.username,
    }  # fmt: skip


def batch_of(number: int) -> Batch:
    """The batch of that number. Raises InvalidInputError when there is none."""
    batch = Batch.objects.filter(pk=number).first()
    if batch is None:
        raise InvalidInputError(f"There is no batch {number}; `batches` lists them.")
    return batch


def quarantine(*, batch: Batch, actor: User) -> Iterator[tuple[int, str]]:
    """(line, reason) of every row of a batch that could not be used, in the file's order.

    A CSV file's header is line 1. Raises NotAllowedError for anybody who is no operator.
    """
    require(may(actor, "operator_read"))
    rows = QuarantinedRow.objects.filter(batch=batch).order_by("line", "pk")
    return rows.values_list("line", "reason").iterator(chunk_size=5_000)
