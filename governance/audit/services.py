"""Going on with a database that is not the one last signed: a backup was restored, and nothing newer exists.

Until somebody says so no number is read (`otdr_hub.hub.guarded`). Saying so switches everything off in the
same commit, since what was switched off after the backup is forgotten: each market comes back by the gate.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch import facts
from governance.killswitch.models import GLOBAL, Shutoff
from governance.killswitch.selectors import in_effect
from governance.ledger import checkpoints
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.models import Head
from otdr_hub.lib import clock
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


def is_signed() -> bool:
    """Whether the database holds the entry signed last; one cheap read. Raises OSError without the file's
    folder."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_ledger_holds(%s, %s)", [*checkpoints.newest()])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def restore_accept(*, reason: str, actor: User) -> int:
    """Take a restored database for the true one from now on; the number of the entry that says so.

    Everything is switched off, and the checkpoints of the lost history are put aside and kept. Raises
    ConflictError where nothing was restored.
    """
    require(may(actor, "restore_accept"))
    require_short(_("reason"), reason, 200)
    if not reason.strip():
        raise InvalidInputError(_("To go on with a restored database takes a reason."))
    seq, signed = checkpoints.newest()
    if seq is None or is_signed():
        raise ConflictError(_("This database holds what was last signed; there is nothing to accept."))
    # Before the entries' own checkpoints are asked for, which still belong to the lost history.
    transaction.on_commit(checkpoints.begin_anew)
    head, off = Head.objects.get(pk=1), _everything_off(reason, actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_epoch_leap()")
    return ledger.record(
        action=Action.RESTORE_ACCEPTED,
        subject=f"entry {head.seq}",
        payload={
            "reason": reason, "lost": {"entry": seq, "hash": signed},
            "restored": {"entry": head.seq, "hash": head.hash},
        },
        actor=actor,
        facts=facts.of(off),
    )  # fmt: skip


def _everything_off(reason: str, actor: User) -> list[Shutoff]:
    """The shutoff of everything, in the entry of the act itself; none where it is in effect already."""
    if any(item.market == GLOBAL for item in in_effect(())):
        return []
    shutoff = Shutoff.objects.create(
        market=GLOBAL, category=Shutoff.Category.SECURITY, reason=f"A backup was restored. {reason}",
        by=actor, at=clock.now(),
    )  # fmt: skip
    shutoff.refresh_from_db()
    return [shutoff]
