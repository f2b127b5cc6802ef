"""What is said of a publication: its state, and what it changed. No number and no free text is in these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.publication.models import Publication, PublicationLine
from governance.publication.selectors import State, Stopped
from governance.scope.models import WHOLE
from otdr_hub.hub.desk.words import Mark
from otdr_hub.hub.numbers import moment, week_name
from otdr_hub.hub.sentences import absence_words, join_names
from otdr_hub.lib.shortid import name_of

Names = Mapping[str, str]


def by(publication: Publication) -> str:
    """Who published it, as a reader is told."""
    person = publication.published_by
    return _("by itself, as signed") if person.is_system else person.username


def mark(state: State) -> Mark:
    """The state as a glyph and a word."""
    return {
        "valid": Mark("certified", _("valid"), "certified"),
        "superseded": Mark("waiting", _("superseded"), "waiting"),
        "withdrawn": Mark("off", _("withdrawn"), "off"),
    }[state.word]


def stopped_words(one: Stopped, names: Names) -> str:
    """ "Brazil: switched off since 27 Nov 2026, 06:00 UTC"."""
    short = absence_words(one.reason).short
    said = {"market": names.get(one.market, one.market), "short": short}
    if one.since is None:
        return _("%(market)s: %(short)s") % said
    return _("%(market)s: %(short)s since %(at)s") % {**said, "at": moment(one.since)}


def state_sentence(state: State, names: Names) -> str:
    """What the publication is worth now, since when, and because of what."""
    said = []
    if state.word == "valid":
        return _("Valid: this is what the hub shows now.")
    if state.taken_back and state.by is not None:
        words = {"by": str(state.by), "at": moment(state.by.published_at)}
        said.append(
            _("Withdrawn: it was taken back on %(at)s, when %(by)s showed an earlier publication again.")
            % words
        )
    elif state.word == "withdrawn":
        said.append(_("Withdrawn in part: what is listed here may not be used any more."))
    if state.stopped:
        said.append("; ".join(stopped_words(item, names) for item in state.stopped) + ".")
    if state.by is not None and not state.taken_back:
        words = {"by": str(state.by), "at": moment(state.by.published_at)}
        said.append(_("Superseded by %(by)s on %(at)s.") % words)
    if state.shown_again:
        said.append(
            _("What it said was shown again as %(names)s.")
            % {"names": join_names([name_of(number) for number in state.shown_again])}
        )
    return " ".join(said)


def change_sentence(one: Publication, before: Publication | None, names: Names) -> str:
    """What it changed against the one before it, in a sentence or two without a number of anybody's."""
    now = _lines(one)
    if before is None:
        number = sum(bool(line.decision) for line in now.values())
        text = ngettext(
            "The first publication: %(n)d market.", "The first publication: %(n)d markets.", number
        )
        return text % {"n": number}
    rollback = getattr(one, "rollback", None)
    if rollback is not None:
        return _("%(name)s shown again, word for word.") % {"name": name_of(rollback.restores_id)}
    was = _lines(before)
    said = []
    if one.version_id != before.version_id:
        words = {"new": one.version.name, "old": before.version.name}
        said.append(_("Definition %(new)s in place of %(old)s.") % words)
    if one.through > before.through:
        said.append(_("%(week)s is new.") % {"week": week_name(one.through).capitalize()})
    elif one.through < before.through:
        said.append(_("Back to %(week)s.") % {"week": week_name(one.through)})
    said += _markets(now, was, names)
    return " ".join(said) or _("The same again.")


def _lines(one: Publication) -> dict[str, PublicationLine]:
    return {line.market_id: line for line in one.lines.all() if line.breakout == WHOLE}


_SAYS: Final = ("joined", "left", "counted", "held")


def _markets(
    now: Mapping[str, PublicationLine], was: Mapping[str, PublicationLine], names: Names
) -> list[str]:
    """Sentences about markets that joined, left, were counted anew or stay as last signed."""
    found: dict[str, list[str]] = {kind: [] for kind in _SAYS}
    for code in sorted(now.keys() | was.keys(), key=lambda code: names.get(code, code)):
        line, old = now.get(code), was.get(code)
        shown, before = bool(line and line.decision), bool(old and old.decision)
        if shown != before:
            found["joined" if shown else "left"].append(names.get(code, code))
        elif shown and line and old and line.is_held and not old.is_held:
            found["held"].append(names.get(code, code))
        elif shown and line and old and (line.vintage, line.through) != (old.vintage, old.through):
            found["counted"].append(names.get(code, code))
    said = []
    if found["joined"]:
        said.append(_("Joined: %(names)s.") % {"names": join_names(found["joined"])})
    if found["left"]:
        said.append(_("Left: %(names)s.") % {"names": join_names(found["left"])})
    number = len(found["counted"])
    if number:
        said.append(
            ngettext("Newer data in %(n)d market.", "Newer data in %(n)d markets.", number) % {"n": number}
        )
    if found["held"]:
        said.append(_("As last signed: %(names)s.") % {"names": join_names(found["held"])})
    return said
