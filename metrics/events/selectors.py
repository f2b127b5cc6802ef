"""What came in, and what of it could not be used. Lines and reasons only: never what a row said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from metrics.events.models import Batch, QuarantinedRow
from metrics.events.rhythm import LOOK_BACK, Arrival
from metrics.lake.models import LakeFile
from metrics.lake.schema import NO_MARKET
from otdr_hub.lib.outcome import InvalidInputError, require


def batches(*, state: str = "", kind: str = "", actor: User) -> list[dict[str, Any]]:
    """Every delivery, oldest first: what came, from whom, when (aware), and why it was refused.

    Raises NotAllowedError for anybody who is no operator.
    """
    require(may(actor, "operator_read"))
    wanted = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    return [plain(batch) for batch in Batch.objects.filter(**wanted).select_related("taken_by")]


def page(
    *, state: str = "", kind: str = "", before: int | None = None, limit: int = 50, actor: User
) -> tuple[list[Batch], int | None]:
    """(the newest deliveries whose number is below `before`, where the next page begins or None).

    Raises NotAllowedError for anybody who is no operator.
    """
    require(may(actor, "operator_read"))
    wanted: dict[str, Any] = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    if before is not None:
        wanted["pk__lt"] = before
    found = list(Batch.objects.filter(**wanted).select_related("taken_by").order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def one(*, number: int, actor: User) -> Batch | None:
    """The batch of that number, if there is one. Raises NotAllowedError for anybody who is no operator."""
    require(may(actor, "operator_read"))
    return Batch.objects.filter(pk=number).select_related("taken_by").first()


def arrivals(*, now: dt.datetime, actor: User) -> list[Arrival]:
    """What came for each market within the time in which a rhythm is looked for, oldest first.

    Raises NotAllowedError for anybody who is no operator.
    """
    require(may(actor, "operator_read"))
    rows = LakeFile.objects.filter(batch__taken_at__gte=now - LOOK_BACK).exclude(market=NO_MARKET)
    found = rows.order_by("batch__taken_at").values_list(
        "market", "kind", "batch__source", "batch__taken_at", "batch__closes_from", "batch__closes_until"
    )
    return [
        Arrival(market, kind, source, at, (since, until) if since and until else None)
        for market, kind, source, at, since, until in found
    ]


def plain(batch: Batch) -> dict[str, Any]:
    """A delivery as the API and the command say it."""
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
        raise InvalidInputError(_("There is no batch %(number)s; `batches` lists them.") % {"number": number})
    return batch


def quarantine(*, batch: Batch, actor: User) -> Iterator[tuple[int, str]]:
    """(line, reason) of every row of a batch that could not be used, in the file's order.

    A CSV file's header is line 1. Raises NotAllowedError for anybody who is no operator.
    """
    require(may(actor, "operator_read"))
    rows = QuarantinedRow.objects.filter(batch=batch).order_by("line", "pk")
    return rows.values_list("line", "reason").iterator(chunk_size=5_000)


def quarantine_after(batch: Batch, place: tuple[int, int], limit: int) -> list[tuple[int, int, str]]:
    """The next (line, id, reason) of a batch's quarantine after a (line, id); for reading it in pieces.

    The caller has asked whether it may be read.
    """
    line, pk = place
    rest = models.Q(line__gt=line) | models.Q(line=line, pk__gt=pk)
    rows = QuarantinedRow.objects.filter(rest, batch=batch).order_by("line", "pk")
    return list(rows.values_list("line", "pk", "reason")[:limit])
