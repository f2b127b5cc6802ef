"""Reading versions back as definitions, and which of them is in effect when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from governance.definition import Definition, explain, parse
from governance.ledger.actions import Action
from governance.ledger.models import Entry
from governance.signoffs.selectors import missing_roles
from governance.versions.models import MetricVersion, VersionDisclosure
from governance.versions.states import VersionState
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError

ACT: Final = "version"
_LIVED = (VersionState.EFFECTIVE, VersionState.RETIRED)


def definition_of(version: MetricVersion) -> Definition:
    """The definition a stored version means."""
    return parse(version.document)


def definition_for(version: MetricVersion, market: str) -> Definition:
    """The definition as the version means it in one market."""
    return definition_of(version).at(market)


def event_codes() -> list[tuple[str, str]]:
    """The carriers' own event codes (carrier, code) that any version reads, in order."""
    read = {
        (carrier, code)
        for document in MetricVersion.objects.values_list("document", flat=True)
        for carrier, code, _ in parse(document).event_map
    }
    return sorted(read)


def meaning(version: MetricVersion) -> str:
    """The sentence Finance reads: what the version's number is."""
    return explain(definition_of(version))


def effective_on(day: dt.date) -> MetricVersion | None:
    """The version in effect on a day (UTC), or None. At most one is: each retires as the next begins."""
    began = MetricVersion.objects.filter(state__in=_LIVED, effective_from__lte=day)
    standing = began.filter(Q(retired_from=None) | Q(retired_from__gt=day))
    return standing.order_by("effective_from", "proposed_at").last()


def in_effect(version: MetricVersion) -> bool:
    """Whether the version is the one in effect today."""
    now = effective_on(clock.now().date())
    return now is not None and now.pk == version.pk


def by_name(name: str | None) -> MetricVersion:
    """The version of that name, or the one in effect, or the one that will be.

    Raises InvalidInputError when there is none.
    """
    if name is not None:
        found = MetricVersion.objects.filter(name=name).first()
        if found is None:
            raise InvalidInputError(_("There is no metric version '%(name)s'.") % {"name": name})
        return found
    newest = (
        effective_on(clock.now().date()) or MetricVersion.objects.filter(state=VersionState.EFFECTIVE).first()
    )
    if newest is None:
        raise InvalidInputError(_("No metric version is in effect; name one with --version."))
    return newest


def lacks_approval(version: MetricVersion) -> str:
    """Why an approved version can no longer take effect, in a sentence; empty where its signatures stand."""
    missing = missing_roles(ACT, version.digest) if version.state == VersionState.APPROVED else ()
    if not missing:
        return ""
    said = _("%(version)s lacks the signature of %(missing)s since its approval.")
    return said % {"version": version.name, "missing": ", ".join(missing)}


def disclosure_of(version: MetricVersion) -> VersionDisclosure | None:
    """What was disclosed when the version was last submitted."""
    return version.disclosures.select_related("against", "made_by").last()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Since when a version is what it is, and whether that still holds.

    `entry` is the ledger's entry that recorded its proposal, at the database's own time `since`; `holds`
    is whether document and engine, hashed again now, give the version's fingerprint; `rederived` is when
    a publication under it was last computed again from its files with the same integers.
    """

    version: MetricVersion
    entry: int | None
    since: dt.datetime | None
    holds: bool
    rederived: dt.datetime | None


def unchanged_since(version: MetricVersion, publications: tuple[str, ...] = ()) -> Unchanged:
    """The report on one version; `publications` are the names (P-1) of those published under it."""
    proposed = Entry.objects.filter(action=Action.VERSION_PROPOSED, subject=version.name).first()
    again = Entry.objects.filter(action=Action.PUBLICATION_REDERIVED, subject__in=publications).last()
    return Unchanged(
        version=version,
        entry=proposed.seq if proposed else None,
        since=proposed.recorded_at if proposed else None,
        holds=definition_of(version).digest(version.engine_digest) == version.digest,
        rederived=again.recorded_at if again else None,
    )
