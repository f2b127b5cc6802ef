"""What is switched off is not certified anew: no page shows its number, so nobody sees what they would sign.

The way back is through the kill switch's gate first. What may be shown after it is signed as always.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.killswitch.selectors import dark
from governance.scope.models import WHOLE, ScopeDecision
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs import acts


def why_unseen(digest: str) -> str:
    """Why nobody may agree to a scope decision for now; empty where they may, and where it shows nothing."""
    decision = ScopeDecision.objects.filter(digest=digest).order_by("-pk").first()
    if decision is None or decision.state == ScopeState.EXCLUDED:
        return ""
    since = dark().since(decision.market_id, decision.breakout)
    if since is None:
        return ""
    said = (
        _("%(market)s is switched off since %(since)s UTC: no page shows its number, so nobody can agree.")
        if decision.breakout == WHOLE
        else _(
            "%(market)s: carriers switched off since %(since)s UTC; no page shows them, so nobody can agree."
        )
    )
    said %= {"market": decision.market_id, "since": f"{since:%d %b %Y %H:%M}"}
    return f"{said} {_('Ask for it to be on again first.')}"


acts.hold(ACT, why_unseen)
