"""Room for a free text. Apart from `outcome`, which does without Django: this refusal is translated."""

from __future__ import annotations

from django.utils.translation import gettext as _

from otdr_hub.lib.outcome import InvalidInputError


def require_short(name: str, text: str, limit: int) -> None:
    """Raise InvalidInputError when a free text is longer than its place (characters).

    `name` is what the reader calls it, in their language.
    """
    if len(text) > limit:
        raise InvalidInputError(
            _("The %(name)s has %(length)s characters; there is room for %(limit)s.")
            % {"name": name, "length": len(text), "limit": limit}
        )
