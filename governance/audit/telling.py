"""An entry of the ledger as a sentence: who did what to what, with the few words that matter.

No counts are told here. What an entry holds besides is shown as it is, to those who may read it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from governance.ledger.actions import Action
from governance.ledger.models import Entry

Payload = Mapping[str, Any]
_ANSWERS: Final = MappingProxyType(
    {
        "approve": gettext_noop("approved"),
        "except": gettext_noop("approved with an exception"),
        "ask": gettext_noop("asked about"),
        "reject": gettext_noop("rejected"),
    }
)
# What a note says stays in its case: whoever reads the record may not be who reads the case.
_NOTES: Final = MappingProxyType(
    {
        "word_sent": gettext_noop("a private word to the owner of the data"),
        "owner_reply": gettext_noop("the owner's reply"),
        "shown_wider": gettext_noop("shown to everybody concerned"),
        "claim": gettext_noop("an explanation"),
        "proposal": gettext_noop("a proposed verdict"),
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """Who, what was done, to what, and more; together a sentence."""

    who: str
    did: str
    what: str
    more: str

    def __str__(self) -> str:
        more = f": {self.more}" if self.more else ""
        return f"{self.who} {self.did} {self.what}{more}."


def _word(code: object) -> str:
    """A code of a closed list in words; its labels are marked for translation where it is declared."""
    words = str(code).replace("_", " ")
    return _(words) if words else ""


def _first(payload: Payload, kind: str) -> Payload:
    items = payload.get("facts", {}).get(kind, {})
    return next((item for item in items.values() if item), {})


def _answer(payload: Payload) -> str:
    facts = payload.get("facts", {})
    given = [one for people in facts.get("signatures", {}).values() for one in people.values()]
    counted = Counter(one["verdict"] for one in given)
    said = [
        ngettext("%(answered)s %(number)s line", "%(answered)s %(number)s lines", number)
        % {"answered": _(_ANSWERS.get(verdict, verdict)), "number": number}
        for verdict, number in counted.items()
    ]
    reasons = sorted({one["reason"] for one in given if one["reason"]})
    versions = facts.get("versions", {}).values()
    moved = [
        _("%(name)s is %(state)s") % {"name": item["name"], "state": _word(item["state"])}
        for item in versions
    ]
    role = _("for %(role)s, ") % {"role": payload["role"]} if payload.get("role") else ""
    moved += [
        _("%(what)s is on again") % {"what": key.partition("/")[0]}
        for key, item in facts.get("shutoffs", {}).items()
        if "lifted" in item
    ]
    if payload.get("stands_in_for"):
        role += _("standing in for %(person)s, ") % {"person": payload["stands_in_for"]}
    return role + "; ".join([*said, *(f"“{reason}”" for reason in reasons), *moved])


def _decided(payload: Payload) -> str:
    item = _first(payload, "decisions")
    words = [_word(item.get("state", ""))]
    words += [item[name].rstrip(". ") for name in ("disclosure", "reason") if item.get(name)]
    if item.get("review_on"):
        words.append(_("to be looked at again on %(day)s") % {"day": item["review_on"]})
    return "; ".join(words)


def _published(payload: Payload) -> str:
    told = _first(payload, "publications").get("lines", {})
    lines = {key: line for key, line in told.items() if key.endswith("/-/-")}
    decided = sum(bool(line[1]) for line in lines.values())
    held = payload.get("held") or []
    said = _("%(decided)s of %(all)s markets with a decision") % {"decided": decided, "all": len(lines)}
    if held:
        said = _("%(said)s; kept as last signed: %(markets)s") % {"said": said, "markets": ", ".join(held)}
    return said


def _off(payload: Payload) -> str:
    item = _first(payload, "shutoffs")
    category = str(payload.get("category") or item.get("category", ""))
    words = [_word(category), item.get("reason", "")]
    return ", ".join(word for word in words if word)


def _effective(payload: Payload) -> str:
    given = {"day": payload.get("effective_from"), "before": payload.get("retires")}
    return (_("from %(day)s, and %(before)s retires") if given["before"] else _("from %(day)s")) % given


def _retired(payload: Payload) -> str:
    given = {"day": payload.get("retired_from"), "reason": payload.get("reason")}
    return _("from %(day)s, because: %(reason)s") % given


def _requirement(payload: Payload) -> str:
    return _("%(count)s of %(role)s") % {"count": payload.get("count"), "role": payload.get("role")}


def _reason(payload: Payload) -> str:
    return str(payload.get("reason") or payload.get("problem") or "")


def _answered(payload: Payload) -> str:
    given = payload.get("answers", {})
    return ", ".join(f"{market} {str(word).replace('_', ' ')}" for market, word in sorted(given.items()))


def _rows(payload: Payload) -> str:
    given = {"accepted": f"{payload.get('accepted', 0):,}", "rows": f"{payload.get('rows', 0):,}"}
    return _("%(accepted)s of %(rows)s rows taken") % given


def _noted(payload: Payload) -> str:
    words = _NOTES.get(str(payload.get("kind")), "")
    return _(words) if words else ""


_MORE: Final[Mapping[str, Callable[[Payload], str]]] = MappingProxyType(
    {
        Action.SIGNOFF_GIVEN: _answer,
        Action.SIGNOFF_REQUESTED: lambda payload: str(_first(payload, "requests").get("summary", "")),
        Action.SIGNOFF_WITHDRAWN: _reason,
        Action.VERSION_PROPOSED: lambda payload: str(_first(payload, "versions").get("reason", "")),
        Action.VERSION_RETURNED: _reason,
        Action.VERSION_EFFECTIVE: _effective,
        Action.VERSION_RETIRED: _retired,
        Action.REQUIREMENT_SET: _requirement,
        Action.REQUIREMENT_PROPOSED: _reason,
        Action.TARGET_SET: _reason,
        Action.FRAMEWORK_PROPOSED: _reason,
        Action.REQUEST_ANSWERED: _answered,
        Action.SCOPE_DECIDED: _decided,
        Action.CASE_OPENED: lambda payload: ", ".join(dict.fromkeys(payload.get("weeks", []))),
        Action.CASE_NOTED: _noted,
        Action.CASE_RESOLVED: lambda payload: _word(payload.get("verdict", "")),
        Action.SHUTOFF_ACTIVATED: _off,
        Action.SHUTOFF_TRIPPED: _off,
        Action.SHUTOFF_REPEATED: lambda payload: ", ".join(
            filter(None, [_word(payload.get("category", "")), payload.get("reason", "")])
        ),
        Action.SHUTOFF_EXPLAINED: _reason,
        Action.SHUTOFF_LIFT_ASKED: lambda payload: str(payload.get("evidence", "")),
        Action.MAJEURE_WITHDRAWN: _reason,
        Action.RESTORE_ACCEPTED: _reason,
        Action.PUBLICATION_PUBLISHED: _published,
        Action.PUBLICATION_CONTINUED: _published,
        Action.PUBLICATION_ROLLED_BACK: lambda payload: (
            _("as %(publication)s, because: %(reason)s")
            % {"publication": payload["publication"], "reason": _reason(payload)}
        ),
        Action.BATCH_ACCEPTED: _rows,
        Action.BATCH_REFUSED: _reason,
        Action.RUN_FAILED: _reason,
    }
)


def _more(entry: Entry) -> str:
    """What is added for this kind of act; nothing where an entry of an older form lacks it."""
    tell = _MORE.get(entry.action)
    try:
        return tell(json.loads(entry.payload)).strip().rstrip(".") if tell else ""
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def told(entry: Entry, names: Mapping[str, str]) -> Told:
    """The entry as a sentence; `names` are the markets' names by code."""
    known = dict(Action.choices)
    said, what = str(known.get(entry.action, entry.action)), entry.subject
    # "answered the request" + "request 7": the noun is said once.
    last = said.rpartition(" ")[2]
    what = what.removeprefix(f"{last} ")
    if what in names:
        what = f"{names[what]} ({what})"
    return Told(entry.actor, _(said), _("everything") if what == "global" else what, _more(entry))
