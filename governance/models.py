"""Contents page of governance's tables. A room may import from those listed above it, never below.

ledger -> access -> markets -> signoffs -> versions | majeure -> scope | killswitch -> publication
"""

from governance.access.models import User
from governance.killswitch.models import Shutoff
from governance.ledger.models import Entry, Epoch, Head
from governance.majeure.models import ForceMajeure, MajeureWithdrawal
from governance.markets.models import Market
from governance.publication.models import Publication, PublicationLine
from governance.scope.models import ScopeDecision
from governance.signoffs.models import Requirement, Signature, SignoffLine, SignoffRequest
from governance.versions.models import MetricVersion

__all__ = [
    "Entry",
    "Epoch",
    "ForceMajeure",
    "Head",
    "MajeureWithdrawal",
    "Market",
    "MetricVersion",
    "Publication",
    "PublicationLine",
    "Requirement",
    "ScopeDecision",
    "Shutoff",
    "Signature",
    "SignoffLine",
    "SignoffRequest",
    "User",
]
