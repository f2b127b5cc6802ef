"""What django-axes asks us: by what failures are counted, and what somebody reads who is locked out."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control


def counted_by(request: HttpRequest, credentials: dict[str, Any] | None) -> list[str]:  # noqa: ARG001 (axes')
    """By the account alone: a password is guessed from many addresses, and a company shares one.

    One address that tries many accounts is slowed down by the sign-in page's own limit.
    """
    return ["username"]


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """What somebody reads who tried too many passwords; the same whether the account exists or not."""
    pause = get_cool_off(request)
    minutes = int(pause.total_seconds() // 60) if pause else 0
    response = render(request, "locked_out.html", {"minutes": minutes}, status=429)
    patch_cache_control(response, no_store=True)
    return response
