"""What a request is about where it is not about markets: a definition, a requirement, force majeure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.definition import diff, explain
from governance.killswitch.models import WHOLE, LiftAsk
from governance.majeure.models import ForceMajeure
from governance.markets.selectors import names as market_names
from governance.models import MetricVersion
from governance.scope.models import ScopeDecision
from governance.signoffs.models import EVERYWHERE, RequirementChange
from governance.signoffs.selectors import in_force
from governance.versions.selectors import definition_of, disclosure_of
from governance.versions.states import VersionState
from metrics.versions.effect import effect_seen, may_compare
from otdr_hub.hub.annotations import category_words
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.evidence import Fact
from otdr_hub.hub.numbers import fingerprint, moment, week_name
from otdr_hub.hub.switch.names import name_of, reason_of


@dataclass(frozen=True, slots=True)
class Subject:
    """What changes, in words: a sentence as large as it matters, what differs, and what else is known.

    `said` is why it changes and what that does to the numbers; `compare` the page that counts both.
    """

    lead: str
    title: str
    changes: tuple[str, ...]
    facts: tuple[Fact, ...]
    said: tuple[Fact, ...] = ()
    compare: str = ""


def _before(version: MetricVersion) -> MetricVersion | None:
    """The version in effect that a definition would take over from."""
    rows = MetricVersion.objects.filter(state=VersionState.EFFECTIVE).exclude(pk=version.pk)
    return rows.order_by("effective_from", "proposed_at").last()


def _disclosed(version: MetricVersion, reads: bool) -> tuple[Fact, ...]:
    """Why a definition changes, and what that does to the numbers: that only for whoever may compare."""
    made = disclosure_of(version)
    if made is None:
        return ()
    closed = made.against is not None and not reads
    effect = _("For those who approve it, and for operators.") if closed else effect_seen(made.effect)
    names = ((_("Reason"), made.reason), (_("Effect"), effect))
    return tuple(Fact(label, text) for label, text in names if text)


def _version(digest: str, person: User) -> Subject | None:
    version = MetricVersion.objects.filter(pk=digest).select_related("author").first()
    if version is None:
        return None
    old = _before(version)
    definition = definition_of(version)
    changes = tuple(diff(definition_of(old), definition)) if old else ()
    reads = bool(may_compare(version, person))
    page = reverse("versions:version", kwargs={"name": version.name})
    title = _("What changes against %(name)s") % {"name": old.name} if old else _("The first definition")
    return Subject(
        lead=explain(definition),
        title=title,
        changes=changes or ((_("Nothing: both count the same."),) if old else ()),
        facts=(
            Fact(_("Proposed by"), version.author.username),
            Fact(_("State"), _(version.get_state_display())),
            Fact(_("Fingerprint"), fingerprint(version.digest), is_code=True),
        ),
        said=_disclosed(version, reads),
        compare=f"{page}?compare=1#changes" if old and reads else "",
    )


def _requirement(digest: str) -> Subject | None:
    change = RequirementChange.objects.filter(pk=digest).select_related("proposed_by").first()
    if change is None:
        return None
    today = in_force(change.act, change.scope)
    acts = {"scope": _("showing a market"), "version": _("a definition"), "majeure": _("force majeure")}
    said = {
        "act": acts.get(change.act, change.act),
        "count": change.count,
        "role": words.department(change.role),
        "where": _("everywhere") if change.scope == EVERYWHERE else change.scope,
        "today": today.get(change.role, 0),
    }
    now = _("Today %(act)s takes %(today)d of %(role)s (%(where)s); it would take %(count)d.") % said
    return Subject(
        lead=_("For %(act)s, %(count)d of %(role)s would have to sign (%(where)s).") % said,
        title=_("What changes"),
        changes=(now,),
        facts=(Fact(_("Reason"), change.reason), Fact(_("Proposed by"), change.proposed_by.username)),
    )


def _majeure(digest: str) -> Subject | None:
    item = ForceMajeure.objects.filter(digest=digest).select_related("market", "declared_by").first()
    if item is None:
        return None
    said = {"market": item.market.name, "since": words.day(item.since), "until": words.day(item.until)}
    names = ((_("Carrier"), item.carrier), (_("Destination"), item.destination))
    return Subject(
        lead=_("%(event)s: shipments of %(market)s promised from %(since)s to %(until)s.")
        % {**said, "event": item.event},
        title=_("What it changes"),
        changes=(_("The headline stays as it is; what it would be without these days is shown beside it."),),
        facts=(
            *(Fact(label, text) for label, text in names if text),
            Fact(_("Evidence"), item.evidence),
            Fact(_("Declared by"), item.declared_by.username),
        ),
    )


def _lift(digest: str) -> Subject | None:
    """What was switched off and why, the evidence, and exactly what would be shown again."""
    ask = LiftAsk.objects.filter(digest=digest).select_related("shutoff__by", "asked_by").first()
    if ask is None:
        return None
    names = market_names()
    off = ask.shutoff
    who = _("%(name)s, %(time)s, %(category)s") % {
        "name": off.by.username, "time": moment(off.at), "category": category_words(off.category),
    }  # fmt: skip
    return Subject(
        lead=_("%(name)s is to be shown again.") % {"name": name_of(off, names)},
        title=_("What would be shown, as certified"),
        changes=tuple(_shown_line(line, names) for line in ask.content.splitlines())
        or (_("Nothing: none of it is certified. On again, it may be signed, and is shown only then."),),
        facts=(
            Fact(_("Switched off by"), who),
            *((Fact(_("Reason"), reason_of(off)),) if reason_of(off) else ()),
            Fact(_("Evidence"), ask.evidence),
            Fact(_("Asked by"), ask.asked_by.username),
        ),
    )


def _shown_line(line: str, names: dict[str, str]) -> str:
    """A line of what would be shown: the market, up to which week, and the fingerprints signed for it."""
    market, breakout, *value, decision, vintage, through = line.split(" ")
    what = names.get(market, market)
    if breakout != WHOLE:
        what = _("%(market)s, carrier %(carrier)s") % {"market": what, "carrier": " ".join(value)}
    return _("%(what)s, up to %(week)s: decision %(decision)s, data %(data)s") % {
        "what": what,
        "week": week_name(dt.date.fromisoformat(through)) if through != "-" else _("its last week"),
        "decision": fingerprint(decision), "data": fingerprint(vintage),
    }  # fmt: skip


def _scope(digests: Sequence[str]) -> Subject | None:
    """Markets are told line by line; only a definition that changes is said once for all of them."""
    rows = ScopeDecision.objects.filter(digest__in=digests).select_related("version").order_by("pk")
    first = rows.first()
    if first is None:
        return None
    earlier = ScopeDecision.objects.filter(market__in=rows.values("market"), pk__lt=first.pk)
    before = earlier.exclude(version=first.version_id).select_related("version").order_by("-pk").first()
    changes = diff(definition_of(before.version), definition_of(first.version)) if before else []
    if before is None or not changes:
        return None
    return Subject(
        lead="",
        title=_("The definition changes from %(old)s to %(new)s")
        % {"old": before.version.name, "new": first.version.name},
        changes=tuple(changes),
        facts=(),
    )


def subject_of(act: str, digests: Sequence[str], person: User) -> Subject | None:
    """What a request is about, for one reader, said once for all lines; None where the lines say it all."""
    if act == "version":
        return _version(digests[0], person) if digests else None
    tell = {"requirement": _requirement, "majeure": _majeure, "shutoff_lift": _lift}.get(act)
    if tell is not None:
        return tell(digests[0]) if digests else None
    return _scope(digests) if act == "scope" else None
