"""One version's page, put together: what it says, since when, against what, who did what with it."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.access.models import User
from governance.audit.history import markets
from governance.audit.pages import Way, moment, way
from governance.audit.telling import told
from governance.definition import nodes
from governance.ledger.models import Entry
from governance.models import MetricVersion
from governance.versions.disclosure import changes, draft
from governance.versions.selectors import (
    definition_of,
    disclosure_of,
    effective_on,
    meaning,
)
from governance.versions.states import VersionState
from metrics.otdr.engine import engine_digest
from metrics.versions import pages
from metrics.versions.controls import controls
from metrics.versions.effect import compared, effect_seen, effect_words, may_compare
from metrics.versions.report import approvers, report
from otdr_hub.lib import clock

_SAID = (
    ("difference", gettext_noop("Difference")),
    ("reason", gettext_noop("Reason")),
    ("effect", gettext_noop("Effect")),
)


def _when(entry: Entry) -> str:
    if entry.claimed_at is None:
        return moment(entry.recorded_at)
    return _("%(at)s, as a demonstration claims") % {"at": moment(entry.claimed_at)}


def _history(version: MetricVersion) -> tuple[tuple[str, str, str], ...]:
    """(when, machine-readable, sentence) of every act on the version, oldest first."""
    acts = Q(action__startswith="version.") | Q(action__startswith="signoff.")
    found = Entry.objects.filter(acts, payload__contains=f'"{version.digest}"').order_by("seq")
    return tuple((_when(entry), entry.recorded_at.isoformat(), str(told(entry, {}))) for entry in found)


def _disclosure(
    version: MetricVersion, before: MetricVersion | None, effect: str, *, reads: bool
) -> tuple[tuple[tuple[str, str], ...], str]:
    """(the three sentences by their names, what is said about them)."""
    made = disclosure_of(version)
    if made is not None and version.state != VersionState.DRAFT:
        effect = effect_seen(made.effect)
        sentences = {"difference": made.difference, "reason": made.reason, "effect": effect}
        said = {"at": moment(made.made_at), "print": made.digest[:16]}
        note = _("As submitted %(at)s; fingerprint %(print)s, named in the request for approval.") % said
        counted = made.against is not None
    else:
        drafted = draft(version, before, effect)
        sentences = {"difference": drafted.difference, "reason": drafted.reason, "effect": drafted.effect}
        note = _("A draft: it is fixed when the version is submitted.")
        counted = before is not None
    if counted and not reads:
        sentences["effect"] = _("For those who approve it, and for operators.")
    sentences["reason"] = sentences["reason"] or _("None was given; it cannot be submitted without one.")
    sentences["effect"] = sentences["effect"] or _("Not counted yet: compare both definitions, or submit.")
    return tuple((_(name), sentences[key]) for key, name in _SAID), note


def _against(version: MetricVersion) -> MetricVersion | None:
    """What a version is held against: the one in effect, or the one it took over from."""
    if version.state in (VersionState.EFFECTIVE, VersionState.RETIRED):
        return version.predecessors.order_by("effective_from").last()
    now = effective_on(clock.now().date())
    return now if now is not None and now.pk != version.pk else None


def version_page(version: MetricVersion, actor: User, *, compare: bool) -> pages.VersionPage:
    """Everything on the page. `compare` counts both definitions now, where the actor may see it."""
    today, before, reads = clock.now().date(), _against(version), may_compare(version, actor)
    other = effective_on(today)
    unchanged = report(version)
    found = compared(version, actor) if compare and reads else None
    effect = effect_words(found) if found else ""
    said, note = _disclosure(version, before, effect, reads=bool(reads))
    facts = [(_("Proposed by"), version.author.username), (_("Proposed"), moment(version.proposed_at))]
    facts.append((_("Approved by"), ", ".join(approvers(version)) or _("nobody yet")))
    nothing = (
        _("There is nothing to compare: every market is switched off.")
        if found and found.off
        else _("There is nothing to compare: nothing was computed under the definition in effect.")
    )
    return pages.VersionPage(
        name=version.name,
        digest=version.digest,
        state=pages.state_of(version, today),
        meaning=meaning(version),
        facts=tuple(facts),
        unchanged=pages.unchanged_facts(unchanged, is_running=version.engine_digest == engine_digest()),
        is_broken=not unchanged.holds,
        nodes=tuple(nodes(definition_of(version))),
        document=version.document,
        against=before.name if before else "",
        changes=tuple(changes(before, version)) if before else (),
        disclosure=said,
        disclosure_note=note,
        history=_history(version),
        compare=way(reads) if other is not None and other.pk != version.pk else Way(False, ""),
        comparison=pages.comparison(found, dict(markets())) if found and found.markets else None,
        nothing_compared=nothing if compare and reads and not (found and found.markets) else "",
        controls=controls(version, actor),
    )
