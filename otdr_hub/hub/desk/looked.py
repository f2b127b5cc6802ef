"""What was looked at before an act: its fingerprint goes out as `ETag` and comes back in `If-Match`."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.request import Request

from otdr_hub.lib.outcome import UnseenError


def etag(fingerprint: str) -> dict[str, str]:
    """The header that names what was answered."""
    return {"ETag": f'"{fingerprint}"'}


def seen(request: Request) -> str:
    """The fingerprint in `If-Match`. Raises UnseenError without one: an approval names what it saw."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise UnseenError(_("Send If-Match with the ETag of what you looked at; that is what is approved."))
    return given.removeprefix("W/").strip('"')
