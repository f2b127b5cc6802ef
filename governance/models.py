"""Contents page of governance's tables. A room may import from those listed above it, never below.

ledger -> access -> markets -> cases -> signoffs -> versions | majeure -> scope | killswitch -> publication
-> launch -> decisions
"""

from governance.access.models import (
    Deputy,
    DeputyWithdrawal,
    RoleGrant,
    RoleRevocation,
    Token,
    TokenRevocation,
    User,
)
from governance.cases.models import (
    Case,
    CaseEvidence,
    CaseNote,
    CaseReopening,
    CaseStep,
    CaseStepResult,
    CaseVerdict,
)
from governance.decisions.models import LaunchCheck, LaunchDecision, PreviewLook, Verdict
from governance.framework.models import FrameworkPolicy
from governance.killswitch.models import LiftAsk, Shutoff, ShutoffLift, ShutoffReason, ShutoffRepeat
from governance.launch.models import Launch, LaunchPlan, Seat, SeatDeputy
from governance.ledger.models import Entry, Epoch, Head
from governance.majeure.models import ForceMajeure, MajeureWithdrawal
from governance.markets.models import Market
from governance.publication.models import (
    Acknowledgement,
    Publication,
    PublicationLine,
    PublicationRead,
    PublicationRollback,
)
from governance.requests.models import MetricRequest, RequestAnswer, RequestImpact
from governance.rules.models import ScopeRule, Target
from governance.scope.models import ScopeDecision
from governance.signoffs.models import (
    Escalation,
    Requirement,
    RequirementChange,
    Signature,
    SignoffLine,
    SignoffRequest,
    Withdrawal,
)
from governance.versions.models import MetricVersion, VersionDisclosure

__all__ = [
    "Acknowledgement",
    "Case",
    "CaseEvidence",
    "CaseNote",
    "CaseReopening",
    "CaseStep",
    "CaseStepResult",
    "CaseVerdict",
    "Deputy",
    "DeputyWithdrawal",
    "Entry",
    "Epoch",
    "Escalation",
    "ForceMajeure",
    "FrameworkPolicy",
    "Head",
    "Launch",
    "LaunchCheck",
    "LaunchDecision",
    "LaunchPlan",
    "LiftAsk",
    "MajeureWithdrawal",
    "Market",
    "MetricRequest",
    "MetricVersion",
    "PreviewLook",
    "Publication",
    "PublicationLine",
    "PublicationRead",
    "PublicationRollback",
    "RequestAnswer",
    "RequestImpact",
    "Requirement",
    "RequirementChange",
    "RoleGrant",
    "RoleRevocation",
    "ScopeDecision",
    "ScopeRule",
    "Seat",
    "SeatDeputy",
    "Shutoff",
    "ShutoffLift",
    "ShutoffReason",
    "ShutoffRepeat",
    "Signature",
    "SignoffLine",
    "SignoffRequest",
    "Target",
    "Token",
    "TokenRevocation",
    "User",
    "Verdict",
    "VersionDisclosure",
    "Withdrawal",
]
