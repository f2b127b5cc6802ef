"""Is a quoted number still good? The answer to a code printed on a page or a file; it carries no number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.publication.models import Publication
from governance.publication.selectors import State, publications, states
from otdr_hub.hub.desk.words import Mark
from otdr_hub.hub.market import Fact
from otdr_hub.hub.numbers import fingerprint, moment, moment_text, week_title
from otdr_hub.hub.publications import words
from otdr_hub.hub.publications.pages import names
from otdr_hub.lib.shortid import code_in, code_of, name_of, short_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a code; `publication` is empty where there is no such one."""

    typed: str
    mark: Mark
    sentence: str
    stopped: tuple[str, ...]
    facts: tuple[Fact, ...]
    publication: str
    number: int


def _found(text: str) -> Publication | None:
    code = code_in(text)
    if code is None:
        return None
    one = publications().filter(number=code.number).first()
    return one if one is not None and one.digest.startswith(code.digits) else None


def verify(text: str) -> Answer:
    """The answer to a code. A wrong one and one that was never given are answered alike."""
    one = _found(text)
    if one is None:
        said = _(
            "Unknown code: no publication bears it. Compare it with the paper or file once more;"
            " what bears an unknown code is not from here."
        )
        return Answer(text[:60], Mark("off", _("unknown"), "off"), said, (), (), "", 0)
    state, called = states([one])[one.number], names()
    return Answer(
        typed=short_id(one.number, one.digest),
        mark=words.mark(state),
        sentence=words.state_sentence(state, called),
        stopped=tuple(words.stopped_words(item, called) for item in state.stopped),
        facts=(
            Fact(_("Published"), f"{moment(one.published_at)}, {words.by(one)}"),
            Fact(_("Week"), week_title(one.through)),
            Fact(_("Data as of"), moment(one.as_of)),
            Fact(_("Definition"), f"{one.version.name} · {fingerprint(one.version_id)}"),
        ),
        publication=name_of(one.number),
        number=one.number,
    )


def state_payload(state: State, called: Mapping[str, str]) -> dict[str, Any]:
    """A publication's state for the API; `called` are the markets' names."""
    return {
        "state": state.word,
        "sentence": words.state_sentence(state, called),
        "by": name_of(state.by.number) if state.by else None,
        "since": moment_text(state.by.published_at) if state.by else None,
        "taken_back": state.taken_back,
        "stopped": [
            {
                "market": item.market, "reason": item.reason,
                "since": moment_text(item.since) if item.since else None,
            }
            for item in state.stopped
        ],
    }  # fmt: skip


def verify_payload(text: str) -> dict[str, Any] | None:
    """The answer for the API; None for an unknown code."""
    one = _found(text)
    if one is None:
        return None
    return {
        "publication": name_of(one.number), "code": code_of(one.number, one.digest), "digest": one.digest,
        **state_payload(states([one])[one.number], names()),
    }  # fmt: skip
