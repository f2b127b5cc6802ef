"""The export of `manage.py ledger export`, sent a few thousand entries at a time: nobody holds it whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from asgiref.sync import sync_to_async

from governance.ledger import checkpoints, keys
from governance.ledger.export import FORMAT
from governance.ledger.models import Entry, Head
from governance.ledger.offline import COLUMNS

_AT_ONCE: Final = 2_000


def _text(items: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def _time(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


def _begin() -> tuple[int, list[dict[str, Any]], str]:
    """(the last entry of the export, the checkpoints, the first line); signs what has no checkpoint yet."""
    checkpoints.keep_up()
    signed = checkpoints.read(checkpoints.folder() / checkpoints.FILE)
    last = min(Head.objects.get(pk=1).seq, len(signed))
    head = {"kind": "ledger", "format": FORMAT, "public_key": keys.signer().public.hex(), "entries": last}
    return last, signed, _text([head])


def _entries(after: int, last: int) -> str:
    found = Entry.objects.filter(seq__gt=after, seq__lte=min(after + _AT_ONCE, last)).order_by("seq")
    rows = [
        (seq, _time(recorded), _time(claimed), *rest)
        for seq, recorded, claimed, *rest in found.values_list(*COLUMNS)
    ]
    return _text({"kind": "entry", **dict(zip(COLUMNS, row, strict=True))} for row in rows)


async def lines() -> AsyncIterator[str]:
    """The export as text, in pieces of whole lines. What is committed meanwhile is left to the next one."""
    last, signed, head = await sync_to_async(_begin)()
    yield head
    for after in range(0, last, _AT_ONCE):
        yield await sync_to_async(_entries)(after, last)
    yield _text({"kind": "checkpoint", **item} for item in signed)
