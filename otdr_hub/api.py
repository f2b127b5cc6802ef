"""All API routes of `/api/v1/` in one list."""

from django.urls import path

import governance.access.openapi  # noqa: F401 (the schema's extensions are found by import)
from governance.audit import urls as ledger
from metrics.uploads import urls as batches
from metrics.versions import urls as versions
from otdr_hub.hub import api as hub
from otdr_hub.hub.decide import api as decide
from otdr_hub.hub.desk import urls as desk
from otdr_hub.hub.live import api as live
from otdr_hub.hub.publications import urls as publications
from otdr_hub.hub.switch import urls as switch

urlpatterns = [
    path("hub", hub.HubView.as_view(), name="hub"),
    path("markets/<slug:code>", hub.MarketView.as_view(), name="market"),
    path("epoch", live.EpochView.as_view(), name="epoch"),
    path("stream", live.StreamView.as_view(), name="stream"),
    path("decisions", decide.DecisionsView.as_view(), name="decisions"),
    *desk.api_patterns,
    *switch.api_patterns,
    *publications.api_patterns,
    *batches.api_patterns,
    *versions.api_patterns,
    *ledger.api_patterns,
]
