"""Who may do what to which table: one list, default deny.

Applied after every migration, in one transaction: first everything is taken away, then just this is
given. A table that is not named here can be used by its owner only, and a test says so.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from django.db import connections, transaction

_ADD: Final = "SELECT, INSERT"
_EDIT: Final = "SELECT, INSERT, UPDATE, DELETE"

APP: Final = MappingProxyType(
    {
        "account_emailaddress": _EDIT,
        "account_emailconfirmation": "SELECT",
        "auth_group": "SELECT",
        "auth_group_permissions": "SELECT",
        "auth_permission": "SELECT",
        "axes_accessattempt": _EDIT,
        "axes_accessattemptexpiration": _EDIT,
        "axes_accessfailurelog": _EDIT,
        "axes_accesslog": _EDIT,
        "django_content_type": "SELECT",
        "django_migrations": "SELECT",
        "django_session": _EDIT,
        "governance_acknowledgement": _ADD,
        "governance_case": _ADD,
        "governance_caseevidence": _ADD,
        "governance_casenote": _ADD,
        "governance_casereopening": _ADD,
        "governance_casestep": _ADD,
        "governance_casestepresult": _ADD,
        "governance_caseverdict": _ADD,
        "governance_deputy": _ADD,
        "governance_deputywithdrawal": _ADD,
        "governance_epoch": "SELECT",
        "governance_forcemajeure": _ADD,
        "governance_frameworkpolicy": _ADD,
        "governance_launch": _ADD,
        "governance_launchcheck": _ADD,
        "governance_launchdecision": _ADD,
        "governance_launchplan": _ADD,
        "governance_ledger": _ADD,
        "governance_ledger_head": "SELECT",
        "governance_majeurewithdrawal": _ADD,
        "governance_market": "SELECT, INSERT, UPDATE",
        "governance_metricversion": (
            "SELECT, INSERT, UPDATE (state, effective_from, retired_from, successor_id)"
        ),
        "governance_metricrequest": _ADD,
        "governance_previewlook": _ADD,
        "governance_publication": _ADD,
        "governance_publicationline": _ADD,
        "governance_publicationread": _ADD,
        "governance_publicationrollback": _ADD,
        "governance_requestanswer": _ADD,
        "governance_requestimpact": _ADD,
        "governance_escalation": _ADD,
        "governance_requirement": _ADD,
        "governance_rolegrant": _ADD,
        "governance_rolerevocation": _ADD,
        "governance_requirementchange": _ADD,
        "governance_versiondisclosure": _ADD,
        "governance_withdrawal": _ADD,
        "governance_scopedecision": _ADD,
        "governance_scoperule": _ADD,
        "governance_seat": _ADD,
        "governance_seatdeputy": _ADD,
        "governance_shutoff": _ADD,
        "governance_shutofflift": _ADD,
        "governance_shutoffreason": _ADD,
        "governance_shutoffrepeat": _ADD,
        "governance_liftask": _ADD,
        "governance_signature": _ADD,
        "governance_signoffline": _ADD,
        "governance_signoffrequest": _ADD,
        "governance_target": _ADD,
        "governance_token": _ADD,
        "governance_tokenrevocation": _ADD,
        "governance_user": "SELECT, INSERT, UPDATE",
        "governance_user_groups": "SELECT, INSERT, DELETE",
        "governance_user_user_permissions": "SELECT",
        "governance_verdict": _ADD,
        "mfa_authenticator": _EDIT,
        "otdr_cache": _EDIT,
        "socialaccount_socialaccount": _EDIT,
        "socialaccount_socialapp": "SELECT",
        "socialaccount_socialtoken": "SELECT",
        "metrics_batch": _ADD,
        "metrics_carriername": _ADD,
        "metrics_lakefile": _ADD,
        "metrics_periodlock": _ADD,
        "metrics_pin": _ADD,
        "metrics_quarantinedrow": _ADD,
        "metrics_restatement": _ADD,
        "metrics_run": f"{_ADD}, UPDATE (state, attempts, finished_at, slices_read, slices_changed, problem)",
        "metrics_runvintage": _ADD,
        "metrics_upload": (
            f"{_ADD}, UPDATE (state, attempts, bytes_read, problem, batch_id, is_repeat, ended_at)"
        ),
    }
)
# The compute zone: slices and cells can be added and read, by this role alone, and never changed.
OPS: Final = MappingProxyType(
    {
        "metrics_slice": _ADD,
        "metrics_cell": _ADD,
        "metrics_vintage": _ADD,
        "metrics_vintageslice": _ADD,
        "metrics_vintageweek": _ADD,
        "metrics_vintagebreakout": _ADD,
        "metrics_effecttable": _ADD,
        "metrics_assessment": _ADD,
    }
)
HUB_VIEWS: Final = ("page", "breakout", "state")
_COUNTS: Final = "bigint, bigint, bigint"  # due, pending, unknown
_FUNCTIONS: Final = MappingProxyType(
    {
        "governance_epoch_lock()": "otdr_app",
        "governance_epoch_leap()": "otdr_app",
        "governance_ledger_holds(bigint, text)": "otdr_app",
        "hub.ledger_holds(bigint, text)": "otdr_hub",
        "governance_ledger_time(timestamptz)": "otdr_app",
        # The views call it with their reader's rights; it answers yes or no about a digest.
        "governance_stands(text, text)": "otdr_app, otdr_hub",
        "governance_guard_holds(text, text)": "otdr_app, otdr_hub",
        "governance_off_since(text, text, text)": "otdr_app, otdr_hub",
        "governance_line_standing(bigint)": "otdr_app",
        "governance_small_cell(text)": "otdr_hub",
        f"governance_week_is_told({_COUNTS}, timestamptz, timestamptz, numeric, bigint)": "otdr_hub",
        "governance_taken_back_by(integer)": "otdr_app",
        # Any publication, as far as it may be seen now; it reads with its owner's rights.
        "hub.publication(integer)": "otdr_hub",
        "governance_shown_again(text, text, text)": "otdr_app",
        "governance_missing(text, text, timestamptz)": "otdr_app",
        "governance_required(text, text)": "otdr_app",
        "governance_in_force(text, text)": "otdr_app",
        "governance_answers(text, timestamptz)": "otdr_app",
        # About open cases, and no word of what is in them.
        "governance_open_cases(text, text, text, date)": "otdr_app",
        "governance_case_stops_line(text, text, text, text, date)": "otdr_app",
    }
)


def statements() -> list[str]:
    """The SQL that takes everything away and gives what is listed, in order.

    `otdr_app` needs the sequences behind the ids of tables it may add to; a sequence is no number
    that anybody reads.
    """
    everyone = "PUBLIC, otdr_app, otdr_ops, otdr_hub"
    found = [
        f"REVOKE ALL ON ALL {what} IN SCHEMA {schema} FROM {everyone}"
        for schema in ("public", "hub")
        for what in ("TABLES", "SEQUENCES", "FUNCTIONS")
    ]
    found += [f"REVOKE ALL ON SCHEMA hub FROM {everyone}", "GRANT USAGE ON SCHEMA hub TO otdr_hub"]
    found += [f"GRANT {rights} ON {table} TO otdr_app" for table, rights in APP.items()]
    found += [f"GRANT {rights} ON {table} TO otdr_ops" for table, rights in OPS.items()]
    found += ["GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO otdr_app, otdr_ops"]
    found += [f"GRANT SELECT ON hub.{view} TO otdr_hub" for view in HUB_VIEWS]
    found += [f"GRANT EXECUTE ON FUNCTION {function} TO {roles}" for function, roles in _FUNCTIONS.items()]
    return found


def apply(alias: str = "owner") -> None:
    """Set the grants of the database behind `alias`, all at once."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)
