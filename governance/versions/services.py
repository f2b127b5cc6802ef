"""The life of a metric version. Its content never changes; only its state moves, as declared."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from governance.access.models import User
from governance.access.policy import may
from governance.definition import Definition, dump
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.signoffs import acts
from governance.signoffs.models import SignoffRequest
from governance.signoffs.services import open_lines
from governance.versions.models import MetricVersion
from governance.versions.states import TRANSITIONS, VersionState
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, require

ACT = "version"


def _move(digest: str, old: VersionState, new: VersionState, **fields: object) -> None:
    """Guarded update: exactly one row must still be in the old state."""
    if (old, new) not in TRANSITIONS:
        raise ConflictError(f"A version does not go from {old.label} to {new.label}.")
    moved = MetricVersion.objects.filter(digest=digest, state=old).update(state=new, **fields)
    if moved != 1:
        raise ConflictError(f"The version {digest[:8]} is no longer {old.label}.")


@transaction.atomic
def version_propose(*, definition: Definition, engine_digest: str, actor: User) -> MetricVersion:
    """Store a definition as a draft version under its content address."""
    require(may(actor, "version_propose"))
    digest = definition.digest(engine_digest)
    if MetricVersion.objects.filter(digest=digest).exists():
        raise ConflictError(f"The version {definition.name} ({digest[:8]}) was proposed before.")
    if MetricVersion.objects.filter(name=definition.name).exists():
        raise ConflictError(f"The name {definition.name} is taken by another definition; choose a new one.")
    version = MetricVersion.objects.create(
        digest=digest,
        name=definition.name,
        document=dump(definition),
        engine_digest=engine_digest,
        completeness_floor=definition.completeness_floor,
        author=actor,
        proposed_at=clock.now(),
    )
    ledger.record(
        action=Action.VERSION_PROPOSED,
        subject=version.name,
        payload={"digest": digest, "engine": engine_digest, "definition": definition.content()},
        actor=actor,
    )
    return version


@transaction.atomic
def version_submit(*, version: MetricVersion, actor: User) -> SignoffRequest:
    """Put a draft in review and ask Finance to approve it."""
    require(may(actor, "version_submit"))
    _move(version.digest, VersionState.DRAFT, VersionState.IN_REVIEW)
    request = open_lines(
        act=ACT,
        summary=f"Approve the metric version {version.name}",
        lines=[(version.digest, f"metric version {version.name}")],
        opened_by=actor,
    )
    ledger.record(
        action=Action.VERSION_SUBMITTED,
        subject=version.name,
        payload={"digest": version.digest, "request": request.pk},
        actor=actor,
    )
    return request


def _approved(digest: str) -> None:
    """All required signatures stand: the version is approved, in the signature's own transaction."""
    _move(digest, VersionState.IN_REVIEW, VersionState.APPROVED)


def _author(digest: str) -> set[int]:
    return set(MetricVersion.objects.filter(digest=digest).values_list("author_id", flat=True))


acts.register(ACT, acts.Act(completed=_approved, authors=_author))


@transaction.atomic
def version_put_into_effect(*, version: MetricVersion, effective_from: dt.date, actor: User) -> MetricVersion:
    """Let an approved version be the one that publications mean, from a date on."""
    require(may(actor, "version_put_into_effect"))
    _move(version.digest, VersionState.APPROVED, VersionState.EFFECTIVE, effective_from=effective_from)
    ledger.record(
        action=Action.VERSION_EFFECTIVE,
        subject=version.name,
        payload={"digest": version.digest, "effective_from": effective_from},
        actor=actor,
    )
    version.refresh_from_db()
    return version
