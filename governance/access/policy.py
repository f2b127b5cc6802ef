"""Who may do what: one table of roles per verb, one sentence per refusal."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from governance.access.models import User
from otdr_hub.lib.outcome import ALLOWED, Answer, Refused

ROLES: Final = MappingProxyType(
    {
        "executive": "sees the hub",
        "dpm": "decides scope and go/no-go, publishes",
        "finance": "signs for Finance, approves versions",
        "legal": "signs for Legal",
        "logistics": "signs for Logistics",
        "bizops": "asks for breakouts",
        "admin": "gives roles, switches markets off",
        "data_owner": "answers for the data",
        "data_engineer": "feeds data, recomputes",
        "auditor": "reads everything, writes nothing",
    }
)
DEPARTMENTS: Final = ("finance", "legal", "logistics")

_MAY: Final = MappingProxyType(
    {
        "account_create": frozenset({"admin"}),
        "role_grant": frozenset({"admin"}),
        "markets_load": frozenset({"admin", "data_engineer"}),
        "requirement_set": frozenset({"admin"}),
        "request_open": frozenset({"dpm", "data_engineer"}),
        "version_propose": frozenset({"data_engineer", "dpm"}),
        "version_submit": frozenset({"data_engineer", "dpm"}),
        "version_put_into_effect": frozenset({"dpm"}),
        "scope_decide": frozenset({"dpm"}),
        "publication_publish": frozenset({"dpm"}),
        "shutoff_activate": frozenset({"admin", "dpm"}),
        "majeure_declare": frozenset({"logistics", "dpm"}),
        "majeure_withdraw": frozenset({"logistics", "dpm", "legal"}),
        "batch_ingest": frozenset({"data_engineer"}),
        "run_queue": frozenset({"data_engineer"}),
        "period_lock": frozenset({"finance"}),
        "period_read": frozenset({"finance", "data_engineer", "dpm", "auditor"}),
        "publication_rederive": frozenset({"data_engineer"}),
        "operator_read": frozenset({"data_engineer", "dpm", "auditor"}),
    }
)
# The system may start what nobody decides: first accounts, and work that only re-derives.
_SYSTEM_MAY: Final = frozenset(
    {
        "account_create",
        "role_grant",
        "markets_load",
        "requirement_set",
        "batch_ingest",
        "run_queue",
        "operator_read",
        "period_read",
        "publication_rederive",
    }
)


def may(actor: User, verb: str) -> Answer:
    """Whether the actor may use the verb now; the roles are read from the database at each call."""
    if not actor.is_active:
        return Refused(f"The account {actor.username} is closed.")
    if actor.is_system:
        return ALLOWED if verb in _SYSTEM_MAY else Refused(f"A system account may not {_words(verb)}.")
    allowed = _MAY[verb]
    if actor.roles & allowed:
        return ALLOWED
    return Refused(f"To {_words(verb)} takes the role {_either(allowed)}; {actor.username} does not hold it.")


def _words(verb: str) -> str:
    noun, _, act = verb.partition("_")
    return f"{act.replace('_', ' ')} ({noun})"


def _either(roles: frozenset[str]) -> str:
    return " or ".join(sorted(roles))
