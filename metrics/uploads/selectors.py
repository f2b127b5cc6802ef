"""Uploads that are under way, and how they ended."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db.models import QuerySet

from governance.access.models import User
from governance.access.policy import may
from metrics.uploads.models import Upload
from metrics.uploads.states import UNFINISHED, UploadState
from otdr_hub.lib.outcome import require

# Sent again at once; the others are waiting for these anyway.
_AT_ONCE: Final = 20


def unfinished() -> list[Upload]:
    """The oldest uploads that wait or were cut off."""
    return list(Upload.objects.filter(state__in=UNFINISHED)[:_AT_ONCE])


def kept() -> set[str]:
    """Ids of the uploads whose bytes are still needed."""
    return {str(pk) for pk in Upload.objects.filter(state__in=UNFINISHED).values_list("pk", flat=True)}


def one(*, upload: uuid.UUID, actor: User) -> Upload | None:
    """The upload of that id, if there is one. Raises NotAllowedError for anybody who is no operator."""
    require(may(actor, "operator_read"))
    return Upload.objects.filter(pk=upload).select_related("received_from", "batch").first()


def open_ones(*, actor: User) -> QuerySet[Upload]:
    """Uploads no batch tells of, newest first: under way, or refused before they were read.

    Raises NotAllowedError for anybody who is no operator.
    """
    require(may(actor, "operator_read"))
    found = Upload.objects.filter(batch=None).exclude(state=UploadState.DONE)
    return found.select_related("received_from").order_by("-received_at")[:_AT_ONCE]


def manifest_of(batch: int) -> str:
    """SHA-256 of the manifest that came with a batch by upload; empty when none did."""
    found = Upload.objects.filter(batch=batch, is_repeat=False).exclude(manifest="")
    return found.values_list("manifest", flat=True).first() or ""


def plain(upload: Upload) -> dict[str, Any]:
    """An upload as the API says it; `share` of its bytes that were read, as a decimal text."""
    share = upload.bytes_read / upload.size if upload.size else float(upload.state == UploadState.DONE)
    return {
        "id": str(upload.pk), "state": upload.state, "kind": upload.kind, "file": upload.filename,
        "source": upload.source, "size": upload.size, "digest": upload.digest,
        "bytes_read": upload.bytes_read, "share": f"{share:.2f}",
        "closes": f"{upload.closes_from}..{upload.closes_until}" if upload.closes_from else None,
        "batch": upload.batch_id, "repeat": upload.is_repeat, "problem": upload.problem or None,
        "received_at": upload.received_at.isoformat(), "by": upload.received_from.username,
        "ended_at": upload.ended_at.isoformat() if upload.ended_at else None,
    }  # fmt: skip
