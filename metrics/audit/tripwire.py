"""What the nightly re-derivation does about a published integer its files do not give: the market goes off.

It looks a second time first, so that a disk that misread once stops nothing. It judges only what this
engine made: a newer one may count differently, which is a restatement's business. And a file that was
damaged afterwards makes no number wrong: that stands in the log and in the ledger.
"""

from __future__ import annotations

import logging

from governance.access.services import system
from governance.killswitch.services import Tripwire, shutoff_trip
from governance.models import Publication
from metrics.audit.verify import Finding, Report, verify
from metrics.otdr.engine import engine_digest

_log = logging.getLogger(__name__)


def _of_integers(report: Report) -> dict[str, Finding]:
    """Market -> its first integer that differs."""
    found: dict[str, Finding] = {}
    for finding in report.findings:
        if not finding.where.startswith("file "):
            found.setdefault(finding.market, finding)
    return found


def act_on(publication: Publication, report: Report) -> list[str]:
    """Switch off each market whose integers differ twice; their codes."""
    first = _of_integers(report)
    if not first or publication.version.engine_digest != engine_digest():
        return []
    again = _of_integers(verify(publication, sorted(first)))
    stopped = []
    for market in sorted(first.keys() & again.keys()):
        found = f"{publication}, {market}, {first[market].where}"
        if shutoff_trip(tripwire=Tripwire.REDERIVE, market=market, found=found, actor=system()):
            _log.critical("%s is switched off: %s does not re-derive", market, publication)
            stopped.append(market)
    return stopped
