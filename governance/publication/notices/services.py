"""Taking note of corrections."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.publication import facts
from governance.publication.models import Acknowledgement
from governance.publication.notices.selectors import notices
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError, NotAllowedError, require


@transaction.atomic
def notice_acknowledge(*, events: Sequence[str], actor: User) -> list[Acknowledgement]:
    """Say that one knows of these corrections; those said already are left as they are.

    Raises NotAllowedError for a correction that is not addressed to the actor.
    """
    require(may(actor, "notice_acknowledge"))
    if not events:
        raise InvalidInputError(_("Choose what you have taken note of."))
    mine = {one.event: one for one in notices(actor.pk)}
    strange = sorted(set(events) - mine.keys())
    if strange:
        raise NotAllowedError(
            _("The correction %(strange)s is not addressed to %(actor)s.")
            % {"strange": strange[0][:40], "actor": actor.username}
        )
    new = sorted({event for event in events if mine[event].acknowledged_at is None})
    said = []
    for event in new:
        one, is_new = Acknowledgement.objects.get_or_create(
            person=actor, event=event, defaults={"at": clock.now()}
        )
        if is_new:
            said.append(one)
    if said:
        ledger.record(
            action=Action.NOTICE_ACKNOWLEDGED,
            subject=f"{len(said)} correction{'' if len(said) == 1 else 's'}",
            payload={"events": [one.event for one in said]},
            actor=actor,
            facts=facts.acknowledged(said),
        )
    return said
