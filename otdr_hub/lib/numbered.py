"""The mark of an answer with numbers: the epoch they were read under, compared just before it is sent."""

from __future__ import annotations

from typing import TypeVar

_Answer = TypeVar("_Answer")


def read_under(response: _Answer, epoch: int) -> _Answer:
    """The answer, marked; the epoch is one that was read before any of its numbers was."""
    response.otdr_epoch = epoch  # type: ignore[attr-defined]  # read by the middleware of the hub
    return response
