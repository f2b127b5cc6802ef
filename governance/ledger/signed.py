"""What a checkpoint's signature covers, and what the checkpoints say of the guards.

`offline.py` needs it where nothing is installed, so it needs nothing itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

PUT_BACK: Final = "its guards are those of an earlier entry again, and were others in between"


def key_id(public_key: bytes) -> str:
    """The short name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def signed_text(checkpoint: Mapping[str, Any]) -> bytes:
    """What the signature of a checkpoint covers: all its other fields as canonical JSON."""
    fields = {name: value for name, value in checkpoint.items() if name != "signature"}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return b"otdr-checkpoint-1\n" + text.encode()


def put_back(checkpoints: Iterable[Mapping[str, Any]]) -> int | None:
    """The first entry signed under guards that had been others in between: changed, used and put back.

    A migration changes them for good. One that is undone looks the same, and is worth a look as well.
    """
    last = dict[str, int]()
    for number, item in enumerate(checkpoints, start=1):
        now = str(item.get("guards"))
        if last.get(now, number - 1) != number - 1:
            return number
        last[now] = number
    return None
