"""The list of requests, and the form of who may ask, as frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from django.http import QueryDict
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.requests.selectors import Standing, requests, standings
from otdr_hub.hub.desk.forms import clean
from otdr_hub.hub.numbers import moment
from otdr_hub.hub.requests.page import market_names
from otdr_hub.hub.sentences import join_names

_SAID: Final = ("title", "asks", "purpose")


@dataclass(frozen=True, slots=True)
class AskForm:
    """A request as it was typed; `wrong` is the sentence why it was refused."""

    title: str = ""
    asks: str = ""
    purpose: str = ""
    markets: tuple[str, ...] = ()
    wrong: str = ""

    @classmethod
    def typed(cls, post: QueryDict) -> Self:
        """From a request."""
        title, asks, purpose = (clean(post.get(name, "")).strip() for name in _SAID)
        return cls(title, asks, purpose, tuple(dict.fromkeys(map(clean, post.getlist("market")))))

    def with_error(self, error: Exception) -> Self:
        """The same, saying what was wrong."""
        return replace(self, wrong=str(error))


@dataclass(frozen=True, slots=True)
class Listed:
    """A request in the list."""

    number: int
    name: str
    title: str
    by: str
    at: str
    state: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """All requests, and the form of who may ask."""

    requests: tuple[Listed, ...]
    form: AskForm
    markets: tuple[tuple[str, str], ...]
    why_not: str


def state_of(stand: Standing, names: Mapping[str, str]) -> str:
    """Where a request stands, in words: what is decided of which markets."""
    words = (("yes", _("yes: %(names)s")), ("not_yet", _("not yet: %(names)s")), ("no", _("no: %(names)s")))
    found = []
    for answer, said in words:
        meant = [names[code] for code, one in stand.answers.items() if one.answer == answer]
        if meant:
            found.append(said % {"names": join_names(meant)})
    if found:
        return "; ".join(found)
    return _("assessed, not decided yet") if stand.impact else _("not assessed yet")


def list_page(reader: User, form: AskForm | None = None) -> ListPage:
    """The list as one person sees it, newest first."""
    rows, names = list(requests()), market_names()
    stands, allowed = standings(rows), may(reader, "request_make")
    return ListPage(
        requests=tuple(
            Listed(
                one.pk, str(one), one.title, one.asked_by.username, moment(one.asked_at),
                state_of(stands[one.pk], names),
            )
            for one in rows
        ),
        form=form or AskForm(), markets=tuple(names.items()), why_not=getattr(allowed, "reason", ""),
    )  # fmt: skip
