"""A page with numbers carries its epoch and the moment it was sent, for who reads it and for open tabs.

Both are put in when the answer is otherwise ready, so that no page with numbers can forget them and a
rendered part that is used again says its own moment.
"""

from __future__ import annotations

from typing import Final, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext as _

from otdr_hub.hub.numbers import moment
from otdr_hub.lib import clock

# In `templates/base.html`, in `templates/parts/colophon.html`, and in pages on which nobody types.
_EPOCH: Final = b' data-epoch=""'
_MOMENT: Final = b"<!--moment-->"
_STILL: Final = b"<!--still-->"
_MADE: Final = b"<!--made-->"  # on paper
_Answer = TypeVar("_Answer", bound=HttpResponseBase)


def on_a_wall(response: _Answer) -> _Answer:
    """Mark a page made for a projector: it alone stays readable through a gap in the contact."""
    response.otdr_wall = True  # type: ignore[attr-defined]  # read when it is stamped
    return response


def stamped(request: HttpRequest, response: _Answer) -> _Answer:
    """The answer; a page with numbers now says under which epoch and when it was sent."""
    epoch = getattr(response, "otdr_epoch", None)
    if epoch is None or not isinstance(response, HttpResponse):
        return response
    if not response.get("Content-Type", "").startswith("text/html"):
        return response
    if response.content.count(_EPOCH) != 1:
        raise ImproperlyConfigured(f"{request.path} shows numbers on a page without a place for its epoch.")
    now = clock.now()
    # A projector stays readable through a short gap in the contact, and counts it down.
    hold = settings.PRESENT_GAP_SECONDS if getattr(response, "otdr_wall", False) else 0
    marks = format_html(
        ' data-epoch="{}" data-sent="{}" data-hold="{}"', epoch, now.isoformat(timespec="milliseconds"), hold
    )
    sent = format_html(
        '<p class="moment">{} <time datetime="{}">{} UTC</time></p>',
        _("Sent"), now.isoformat(timespec="seconds"), f"{now:%H:%M:%S}",
    )  # fmt: skip
    # Without script nothing would hide a number, so such a page asks again by itself.
    still = format_html(
        '<noscript><meta http-equiv="refresh" content="{}"></noscript>', settings.STILL_SECONDS
    )
    content = response.content
    for place, text in ((_EPOCH, marks), (_MOMENT, sent), (_STILL, still), (_MADE, moment(now))):
        content = content.replace(place, text.encode(), 1)
    response.content = content
    return response
