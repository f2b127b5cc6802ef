"""What may be done with a version where it is in its life, and doing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.audit.pages import Way, way
from governance.models import MetricVersion, SignoffRequest
from governance.versions.selectors import ACT, effective_on, lacks_approval
from governance.versions.services import (
    version_put_into_effect,
    version_retire,
    version_return,
    version_submit,
)
from governance.versions.states import VersionState
from metrics.versions.effect import effect_of
from metrics.versions.forms import day
from metrics.versions.pages import Control, day_words
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError

# What changes which number executives see: taken only from somebody who has just proven to be there.
DECIDING: Final = frozenset({"effect", "retire"})
Given = Mapping[str, str]


def _submit(version: MetricVersion, given: Given, actor: User) -> str:  # noqa: ARG001 (called like the others)
    effect = effect_of(version, actor) if version.state == VersionState.DRAFT else ""
    version_submit(version=version, effect=effect, actor=actor)
    return _("%(name)s is in review; Finance has been asked.") % {"name": version.name}


def _return(version: MetricVersion, given: Given, actor: User) -> str:
    version_return(version=version, reason=given.get("reason", ""), actor=actor)
    return _("%(name)s is a draft again.") % {"name": version.name}


def _effect(version: MetricVersion, given: Given, actor: User) -> str:
    begins = day(given)
    version_put_into_effect(version=version, effective_from=begins, actor=actor)
    return _("%(name)s is in effect from %(day)s.") % {"name": version.name, "day": day_words(begins)}


def _retire(version: MetricVersion, given: Given, actor: User) -> str:
    ends = day(given)
    version_retire(version=version, retired_from=ends, reason=given.get("reason", ""), actor=actor)
    return _("%(name)s retires on %(day)s.") % {"name": version.name, "day": day_words(ends)}


_ACTS: Final[Mapping[str, Callable[[MetricVersion, Given, User], str]]] = MappingProxyType(
    {"submit": _submit, "return": _return, "effect": _effect, "retire": _retire}
)


def perform(version: MetricVersion, given: Given, actor: User) -> str:
    """Do what a form asks; its sentence. Raises DomainError where it cannot be done."""
    act = _ACTS.get(given.get("act", ""))
    if act is None:
        raise InvalidInputError(_("The page asked for something unknown; reload it."))
    return act(version, given, actor)


def _way_back(version: MetricVersion, actor: User) -> Way:
    found = way(may(actor, "version_return"))
    asked = SignoffRequest.objects.filter(act=ACT, lines__digest=version.digest)
    own = {version.author_id, *asked.values_list("opened_by_id", flat=True)}
    if found.is_open and actor.pk not in own:
        said = _("%(name)s is taken back by who proposed or submitted it.") % {"name": version.name}
        return Way(False, said)
    return found


def _draft(version: MetricVersion, actor: User, today: dt.date) -> Control:  # noqa: ARG001
    says = _("Every market is counted under both definitions first; this takes a few seconds.")
    if effective_on(today) is None:
        says = _("It will be the first definition; Finance is asked to approve it.")
    open_to = way(may(actor, "version_submit"))
    return Control("submit", _("Ask for approval"), _("Submit for approval"), says, open_to)


def _in_review(version: MetricVersion, actor: User, today: dt.date) -> Control:  # noqa: ARG001
    says = _("It is a draft again; answers given so far stand until they are taken back.")
    back = _way_back(version, actor)
    return Control("return", _("Take it back"), _("Take back to draft"), says, back, asks_reason=True)


def _approved(version: MetricVersion, actor: User, today: dt.date) -> Control:
    before = effective_on(today)
    says = _("From this day publications mean this definition.")
    if before is not None:
        says = _("From this day publications mean this definition, and %(name)s retires.")
        says %= {"name": before.name}
    open_to, lacking = way(may(actor, "version_put_into_effect")), lacks_approval(version)
    if open_to.is_open and lacking:
        open_to = Way(False, lacking)
    return Control(
        "effect", _("Put it into effect"), _("Put into effect"), says, open_to,
        asks_day=_("First day (UTC)"), first_day=today.isoformat(),
    )  # fmt: skip


def _effective(version: MetricVersion, actor: User, today: dt.date) -> Control:
    says = _(
        "Only to stop without a successor: from this day nothing new is decided or published. Another version"
        " put into effect retires this one by itself."
    )
    first = max(filter(None, (version.effective_from, today)))
    return Control(
        "retire", _("Retire it"), _("Retire"), says, way(may(actor, "version_retire")), asks_reason=True,
        asks_day=_("First day without it (UTC)"), first_day=first.isoformat(),
    )  # fmt: skip


_CONTROLS: Final[Mapping[str, Callable[[MetricVersion, User, dt.date], Control]]] = MappingProxyType(
    {
        VersionState.DRAFT: _draft,
        VersionState.IN_REVIEW: _in_review,
        VersionState.APPROVED: _approved,
        VersionState.EFFECTIVE: _effective,
    }
)


def controls(version: MetricVersion, actor: User) -> tuple[Control, ...]:
    """The forms a version's state admits; a closed one says why."""
    found = _CONTROLS.get(version.state)
    return (found(version, actor, clock.now().date()),) if found else ()
