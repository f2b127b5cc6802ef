"""The chair's form: the kinds of decision, which of them are open, which one the framework proposes."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.decisions.board import Board, open_to
from governance.decisions.selectors import may_decide
from otdr_hub.hub.decide.forms import ChairForm
from otdr_hub.hub.decide.words import KINDS, Mark, kind_words
from otdr_hub.lib.outcome import Refused


@dataclass(frozen=True, slots=True)
class Choice:
    """A radio button; `why_not` is the reason beside one that is off."""

    value: str
    label: str
    means: str
    mark: Mark | None
    is_chosen: bool
    why_not: str = ""
    is_proposed: bool = False
    preview: str = ""


@dataclass(frozen=True, slots=True)
class ChairSection:
    """The chair's form; `why_not` is why its button is off, `must_name` what the reason has to name."""

    why_not: str
    choices: tuple[Choice, ...]
    must_name: tuple[str, ...]
    form: ChairForm
    seen: str
    is_again: bool
    asks_why: bool = False


def chair_section(board: Board, reader: User, form: ChairForm) -> ChairSection:
    """The chair's form as one person sees it."""
    may = may_decide(board.launch, reader)
    why_not = _("Only the chair decides. %(why)s") % {"why": may.reason} if isinstance(may, Refused) else ""
    return ChairSection(
        why_not=why_not,
        choices=tuple(_kind(board, kind, form.kind, reader) for kind in KINDS),
        must_name=tuple(found.title for found in board.not_ok),
        form=form,
        seen=board.digest,
        is_again=board.decision is not None,
        asks_why=board.proposal is not None,
    )


def _kind(board: Board, kind: str, chosen: str, reader: User) -> Choice:
    answer = open_to(board, kind)
    label, means = kind_words(kind)
    why_not = answer.reason if isinstance(answer, Refused) else ""
    sits = bool(may(reader, "preview_look")) and any(place.may_speak(reader) for place in board.places)
    return Choice(
        kind, label, means, None, kind == chosen and not why_not, why_not,
        is_proposed=board.proposal is not None and board.proposal.kind == kind,
        preview=reverse("hub:preview", args=[kind]) if sits else "",
    )  # fmt: skip
