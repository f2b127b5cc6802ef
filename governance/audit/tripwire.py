"""What the scheduled check does about a record and tables that disagree: everything is switched off.

It acts on the second sighting of the same problem, so on nothing that passes by itself. It does not act
where the database's guards are not the ones this code knows: an installation looks like that while it is
brought up to date, and then the check may simply be the older of the two. Nor where an entry only waits
for its checkpoint: that makes no number wrong. Nor where the guards were others for a while: a migration
that was undone looks the same. All three stand in the log and on the ledger's page.
"""

from __future__ import annotations

import logging
from typing import Final

from django.core.cache import cache

from governance.access.services import system
from governance.audit.review import Review
from governance.killswitch.models import GLOBAL
from governance.killswitch.services import Tripwire, shutoff_trip
from governance.ledger.verify import UNSIGNED

_KEY: Final = "ledger-problem-seen"
# A sighting is forgotten after so many seconds; the check comes every thirty.
_KEPT: Final = 180

_log = logging.getLogger(__name__)


def _is_ours(found: Review) -> bool:
    """Whether the problem says that a number may rest on something nobody decided."""
    if found.guard:
        return False
    return found.finding.problem != UNSIGNED if found.finding else found.difference is not None


def act_on(found: Review) -> bool:
    """Switch everything off on the second sighting of the same problem; whether that was done now."""
    if not _is_ours(found):
        cache.delete(_KEY)
        return False
    if cache.get(_KEY) != found.problem:
        cache.set(_KEY, found.problem, _KEPT)
        return False
    place = _place(found)
    off = shutoff_trip(tripwire=Tripwire.LEDGER, market=GLOBAL, found=place, actor=system())
    if off is not None:
        _log.critical("everything is switched off: %s", place)
    return off is not None


def _place(found: Review) -> str:
    """Where they disagree, without what either side says: that may be a count."""
    if found.finding is not None:
        return f"entry {found.finding.seq}, {found.finding.problem}"
    return found.difference.what if found.difference is not None else ""
