"""The life of a metric version. Its content never changes; only its state moves, as declared."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.definition import Definition, dump
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.services import Facts
from governance.signoffs import acts
from governance.signoffs.facts import of_requests
from governance.signoffs.models import SignoffRequest
from governance.signoffs.selectors import answers
from governance.signoffs.services import open_lines
from governance.versions import facts
from governance.versions.disclosure import Draft, draft
from governance.versions.models import MetricVersion, VersionDisclosure
from governance.versions.selectors import ACT, effective_on, lacks_approval
from governance.versions.states import TRANSITIONS, VersionState
from otdr_hub.lib import clock
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError, require


def _move(digest: str, old: VersionState, new: VersionState, **fields: object) -> None:
    """Guarded update: exactly one row must still be in the old state."""
    if (old, new) not in TRANSITIONS:
        raise ConflictError(
            _("A version does not go from %(old)s to %(new)s.") % {"old": _(old.label), "new": _(new.label)}
        )
    moved = MetricVersion.objects.filter(digest=digest, state=old).update(state=new, **fields)
    if moved != 1:
        raise ConflictError(
            _("The version %(digest)s is no longer %(old)s.") % {"digest": digest[:8], "old": _(old.label)}
        )


def _facts(*digests: str) -> Facts:
    """Versions as they are stored now, for the ledger."""
    return facts.of(MetricVersion.objects.filter(digest__in=digests).order_by("proposed_at"))


def _said(name: str, text: str, limit: int) -> str:
    require_short(name, text, limit)
    if not text.strip():
        raise InvalidInputError(_("Say the %(name)s; it is kept with the record.") % {"name": name})
    return text.strip()


@transaction.atomic
def version_propose(
    *, definition: Definition, engine_digest: str, reason: str = "", actor: User
) -> MetricVersion:
    """Store a definition as a draft version under its content address.

    `reason` says why the definition changes; without one it cannot be submitted in place of another.
    """
    require(may(actor, "version_propose"))
    require_short(_("reason"), reason, 500)
    digest = definition.digest(engine_digest)
    if MetricVersion.objects.filter(digest=digest).exists():
        raise ConflictError(
            _("The version %(definition)s (%(digest)s) was proposed before.")
            % {"definition": definition.name, "digest": digest[:8]}
        )
    if MetricVersion.objects.filter(name=definition.name).exists():
        raise ConflictError(
            _("The name %(definition)s is taken by another definition; choose a new one.")
            % {"definition": definition.name}
        )
    version = MetricVersion.objects.create(
        digest=digest,
        name=definition.name,
        document=dump(definition),
        engine_digest=engine_digest,
        completeness_floor=definition.completeness_floor,
        author=actor,
        proposed_at=clock.now(),
        reason=reason.strip(),
    )
    ledger.record(
        action=Action.VERSION_PROPOSED,
        subject=version.name,
        payload={"digest": digest, "definition": definition.content()},
        actor=actor,
        facts=facts.of([version]),
    )
    return version


def _disclosed(version: MetricVersion, effect: str, actor: User) -> VersionDisclosure:
    """Difference, reason and effect as the approvers will see them, stored for good."""
    told: Draft = draft(version, effective_on(clock.now().date()), effect.strip())
    if not told.reason:
        raise ConflictError(
            _("%(version)s was proposed without the reason why the definition changes.")
            % {"version": version.name}
        )
    if not told.effect:
        raise InvalidInputError(_("Say what the change does to the numbers: the counts before and after."))
    return VersionDisclosure.objects.create(
        version=version, digest=told.digest_for(version), against=told.against, difference=told.difference,
        reason=told.reason, effect=told.effect, made_by=actor, made_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def version_submit(*, version: MetricVersion, effect: str = "", actor: User) -> SignoffRequest:
    """Put a draft in review and ask Finance to approve it, with the disclosure of the change.

    `effect` says the counts before and after; it is needed where another version is in effect. Raises
    ConflictError while an answer of an earlier review stands.
    """
    require(may(actor, "version_submit"))
    ledger.order_visibility()
    _move(version.digest, VersionState.DRAFT, VersionState.IN_REVIEW)
    if still := sorted({item.person.username for item in answers([version.digest])}):
        raise ConflictError(
            _(
                "%(still)s answered before, and the answer stands: it is taken back first, or a changed"
                " definition is proposed."
            )
            % {"still": ", ".join(still)}
        )
    disclosure = _disclosed(version, effect, actor)
    request = open_lines(
        act=ACT,
        summary=f"Approve the metric version {version.name}",
        lines=[(version.digest, f"metric version {version.name}, disclosure {disclosure.digest[:16]}")],
        opened_by=actor,
    )
    ledger.record(
        action=Action.VERSION_SUBMITTED,
        subject=version.name,
        payload={"digest": version.digest, "request": request.pk, "disclosure": disclosure.digest},
        actor=actor,
        facts=ledger.together(_facts(version.digest), of_requests([request])),
    )
    return request


def _approved(digest: str) -> Facts:
    """All required signatures stand: the version is approved, in the signature's own transaction. Where an
    approval was taken back later and is given again, the version is so already."""
    if MetricVersion.objects.get(digest=digest).state not in (VersionState.DRAFT, VersionState.IN_REVIEW):
        return {}
    _move(digest, VersionState.IN_REVIEW, VersionState.APPROVED)
    return _facts(digest)


def _rejected(digest: str) -> Facts:
    """Somebody rejects it: it is a draft again, in the signature's own transaction. Approved, it stays so."""
    if MetricVersion.objects.get(digest=digest).state != VersionState.IN_REVIEW:
        return {}
    _move(digest, VersionState.IN_REVIEW, VersionState.DRAFT)
    return _facts(digest)


def _author(digest: str) -> set[int]:
    return set(MetricVersion.objects.filter(digest=digest).values_list("author_id", flat=True))


def _is_asked(digest: str) -> bool:
    return not MetricVersion.objects.filter(digest=digest, state=VersionState.DRAFT).exists()


acts.register(ACT, acts.Act(completed=_approved, authors=_author, current=_is_asked, rejected=_rejected))


@transaction.atomic
def version_return(*, version: MetricVersion, reason: str, actor: User) -> MetricVersion:
    """Take a version in review back to draft, with the reason; for who proposed or submitted it.

    A department sends it back by rejecting it. Answers given so far stand until they are taken back.
    """
    require(may(actor, "version_return"))
    why = _said(_("reason"), reason, 300)
    ledger.order_visibility()
    asked = SignoffRequest.objects.filter(act=ACT, lines__digest=version.digest)
    own = {version.author_id, *asked.values_list("opened_by_id", flat=True)}
    if actor.pk not in own:
        raise NotAllowedError(
            _("%(version)s is taken back by who proposed or submitted it.") % {"version": version.name}
        )
    _move(version.digest, VersionState.IN_REVIEW, VersionState.DRAFT)
    ledger.record(
        action=Action.VERSION_RETURNED,
        subject=version.name,
        payload={"digest": version.digest, "reason": why},
        actor=actor,
        facts=_facts(version.digest),
    )
    version.refresh_from_db()
    return version


def _check_beginning(version: MetricVersion, day: dt.date) -> MetricVersion | None:
    """The version that ends where this one begins. Raises ConflictError where the days do not fit."""
    before = MetricVersion.objects.filter(state=VersionState.EFFECTIVE).exclude(pk=version.pk).first()
    if before is None:
        overlap = MetricVersion.objects.filter(retired_from__gt=day).first()
        if overlap is not None:
            raise ConflictError(
                _("%(overlap)s is in effect until %(retired_from)s; begin then.")
                % {"overlap": overlap.name, "retired_from": overlap.retired_from}
            )
        return None
    if before.effective_from is not None and day < before.effective_from:
        raise ConflictError(
            _("%(before)s takes effect on %(effective_from)s; what follows it begins then or later.")
            % {"before": before.name, "effective_from": before.effective_from}
        )
    if day < clock.now().date():
        raise ConflictError(
            _("%(before)s is in effect; a version takes over from it today or later.")
            % {"before": before.name}
        )
    return before


def _check_stands(version: MetricVersion) -> None:
    """Its approval may have been taken back, or spoken against, since. Raises ConflictError then."""
    lacking = lacks_approval(version)
    if lacking:
        raise ConflictError(lacking)


@transaction.atomic
def version_put_into_effect(*, version: MetricVersion, effective_from: dt.date, actor: User) -> MetricVersion:
    """Let an approved version be the one that publications mean, from a date on (a day in UTC).

    The version in effect before retires from that date in the same act, and stays in effect until then.
    Raises ConflictError where the approval was taken back since.
    """
    require(may(actor, "version_put_into_effect"))
    ledger.order_visibility()
    version.refresh_from_db()
    _check_stands(version)
    before = _check_beginning(version, effective_from)
    if before is not None:
        _move(
            before.digest, VersionState.EFFECTIVE, VersionState.RETIRED,
            retired_from=effective_from, successor=version,
        )  # fmt: skip
    _move(version.digest, VersionState.APPROVED, VersionState.EFFECTIVE, effective_from=effective_from)
    moved = [version.digest, *([before.digest] if before else [])]
    ledger.record(
        action=Action.VERSION_EFFECTIVE,
        subject=version.name,
        payload={
            "digest": version.digest, "effective_from": effective_from,
            "retires": before.name if before else "",
        },
        actor=actor,
        facts=_facts(*moved),
    )  # fmt: skip
    version.refresh_from_db()
    return version


@transaction.atomic
def version_retire(
    *, version: MetricVersion, retired_from: dt.date, reason: str, actor: User
) -> MetricVersion:
    """End a version from a date on (a day in UTC) without another in its place; with the reason.

    From then on nothing new can be decided or published until another version takes effect. A version
    retires for its successor when that one is put into effect.
    """
    require(may(actor, "version_retire"))
    why = _said(_("reason"), reason, 300)
    ledger.order_visibility()
    first = max(filter(None, (version.effective_from, clock.now().date())))
    if retired_from < first:
        raise ConflictError(
            _("%(version)s can retire from %(first)s on, not from %(retired_from)s.")
            % {"version": version.name, "first": first, "retired_from": retired_from}
        )
    _move(version.digest, VersionState.EFFECTIVE, VersionState.RETIRED, retired_from=retired_from)
    ledger.record(
        action=Action.VERSION_RETIRED,
        subject=version.name,
        payload={"digest": version.digest, "retired_from": retired_from, "reason": why},
        actor=actor,
        facts=_facts(version.digest),
    )
    version.refresh_from_db()
    return version
