"""Who may do what: one table of roles per verb, one sentence per refusal."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.access.models import User
from otdr_hub.lib.outcome import ALLOWED, Answer, Refused

ROLES: Final = MappingProxyType(
    {
        "executive": gettext_lazy("sees the hub"),
        "dpm": gettext_lazy("decides scope and go/no-go, publishes"),
        "finance": gettext_lazy("signs for Finance, approves versions"),
        "legal": gettext_lazy("signs for Legal"),
        "logistics": gettext_lazy("signs for Logistics"),
        "bizops": gettext_lazy("asks for breakouts"),
        "admin": gettext_lazy("gives roles, may switch off"),
        "data_owner": gettext_lazy("answers for the data"),
        "data_engineer": gettext_lazy("feeds data, recomputes"),
        "auditor": gettext_lazy("reads everything, writes nothing"),
    }
)
DEPARTMENTS: Final = ("finance", "legal", "logistics")
# Whoever decides, signs or gives roles; in production they need a second factor.
DECIDING: Final = frozenset({*DEPARTMENTS, "dpm", "admin"})

_MAY: Final = MappingProxyType(
    {
        "account_create": frozenset({"admin"}),
        "account_close": frozenset({"admin"}),
        "factors_forget": frozenset({"admin"}),
        "role_grant": frozenset({"admin"}),
        "role_revoke": frozenset({"admin"}),
        "deputy_name": frozenset({"admin"}),
        "deputy_withdraw": frozenset({"admin"}),
        "token_create": frozenset({"admin"}),
        "token_revoke": frozenset({"admin"}),
        "people_read": frozenset({"admin", "dpm", "auditor", "legal"}),
        "markets_load": frozenset({"admin", "data_engineer"}),
        "requirement_set": frozenset({"admin"}),
        "requirement_propose": frozenset({"admin", "dpm"}),
        "signoff_read": frozenset({*DEPARTMENTS, "dpm", "auditor"}),
        "scope_read": frozenset(
            {*DEPARTMENTS, "dpm", "auditor", "admin", "data_owner", "data_engineer", "bizops"}
        ),
        "request_escalate": frozenset({"dpm"}),
        "signature_withdraw": frozenset(DEPARTMENTS),
        "request_open": frozenset({"dpm", "data_engineer"}),
        "version_propose": frozenset({"data_engineer", "dpm"}),
        "version_submit": frozenset({"data_engineer", "dpm"}),
        "version_return": frozenset({"data_engineer", "dpm"}),
        "version_put_into_effect": frozenset({"dpm"}),
        "version_retire": frozenset({"dpm"}),
        "rule_set": frozenset({"dpm"}),
        "target_set": frozenset({"dpm"}),
        "scope_decide": frozenset({"dpm"}),
        "publication_publish": frozenset({"dpm"}),
        # New weeks of what is published and signed: nobody decides anything, so the system may as well.
        "publication_continue": frozenset({"dpm"}),
        "publication_rollback": frozenset({"dpm"}),
        # Everybody who may write at all, of what concerns them; those who answer for it see who has not.
        "notice_acknowledge": frozenset(ROLES) - {"auditor"},
        "notices_read": frozenset({"dpm", "auditor"}),
        "launch_plan": frozenset({"dpm", "admin"}),
        "seat_give": frozenset({"dpm", "admin"}),
        "seat_deputy": frozenset({"admin"}),
        "launch_check": frozenset({"dpm", "data_engineer"}),
        # Whoever has a seat may stop a number, alone; to show it again takes the gate.
        "shutoff_activate": frozenset({*DEPARTMENTS, "admin", "dpm"}),
        "shutoff_explain": frozenset({*DEPARTMENTS, "admin", "dpm"}),
        "lift_ask": frozenset({*DEPARTMENTS, "admin", "data_owner", "dpm"}),
        # Reasons and evidence may carry a number; states and times do not, and everybody sees those.
        "shutoff_read": frozenset({*DEPARTMENTS, "admin", "auditor", "data_engineer", "data_owner", "dpm"}),
        # The product's own guards, and no person.
        "shutoff_trip": frozenset(),
        "majeure_declare": frozenset({"logistics", "dpm"}),
        "majeure_withdraw": frozenset({"logistics", "dpm", "legal"}),
        "batch_ingest": frozenset({"data_engineer"}),
        "run_queue": frozenset({"data_engineer"}),
        "period_lock": frozenset({"finance"}),
        "period_read": frozenset({"finance", "data_engineer", "dpm", "auditor"}),
        "publication_rederive": frozenset({"data_engineer"}),
        "operator_read": frozenset({"data_engineer", "dpm", "auditor"}),
        # The record's sentences; what an entry holds besides, which may be counts; all of it as a file.
        "ledger_read": frozenset(
            {"admin", "auditor", "data_engineer", "data_owner", "dpm", "finance", "legal", "logistics"}
        ),
        "entry_read": frozenset({"auditor", "data_engineer", "dpm", "finance", "legal", "logistics"}),
        "ledger_export": frozenset({"auditor"}),
        "ledger_verify": frozenset({"admin", "auditor", "finance", "legal"}),
        "restore_accept": frozenset({"admin"}),
        # From a number somebody is shown back to the files behind it.
        "lineage_read": frozenset(ROLES),
        # The numbers executives saw at a past moment, certified then and perhaps no longer.
        "history_read": frozenset({"auditor"}),
    }
)
# The system may start what nobody decides: first accounts, and work that only re-derives.
_SYSTEM_MAY: Final = frozenset(
    {
        "account_create",
        "account_close",
        "factors_forget",
        "role_grant",
        "role_revoke",
        "token_create",
        "token_revoke",
        "people_read",
        "markets_load",
        "requirement_set",
        "request_escalate",
        "batch_ingest",
        "run_queue",
        "operator_read",
        "period_read",
        "publication_rederive",
        "publication_continue",
        # Which data is newest; it names vintages and tells no counts.
        "scope_read",
        "launch_check",
        # A guard may switch off by itself, never on.
        "shutoff_trip",
    }
)


def may(actor: User, verb: str) -> Answer:
    """Whether the actor may use the verb now; the roles are read from the database at each call."""
    if not actor.is_active:
        return Refused(_("The account %(actor)s is closed.") % {"actor": actor.username})
    if actor.is_system:
        return (
            ALLOWED
            if verb in _SYSTEM_MAY
            else Refused(_("A system account may not %(verb)s.") % {"verb": _words(verb)})
        )
    allowed = _MAY[verb]
    if actor.roles & allowed:
        return ALLOWED
    if not allowed:
        return Refused(_("Only the product itself may %(verb)s.") % {"verb": _words(verb)})
    return Refused(
        _("To %(verb)s takes the role %(allowed)s; %(actor)s does not hold it.")
        % {"verb": _words(verb), "allowed": _either(allowed), "actor": actor.username}
    )


def holds(roles: frozenset[str], verb: str) -> bool:
    """Whether one of these roles may use the verb: for menus. What is done asks `may`, which reads afresh."""
    return bool(roles & _MAY[verb])


def _words(verb: str) -> str:
    """A verb and a role are named as the API and the commands name them, the same in every language."""
    noun, _, act = verb.partition("_")
    return f"{act.replace('_', ' ')} ({noun})"


def _either(roles: frozenset[str]) -> str:
    return _(" or ").join(sorted(roles))
