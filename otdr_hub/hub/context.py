"""What every page may ask for besides its own object."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def demonstration(request: HttpRequest) -> dict[str, bool]:  # noqa: ARG001 (signature of a context processor)
    """The demonstration accounts, where they are open, for the sign-in page."""
    return {"demo_accounts": settings.DEMO_ACCOUNTS}
