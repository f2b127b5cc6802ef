"""All routes of the product."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from governance.access import urls as access
from otdr_hub import api
from otdr_hub.health import healthz
from otdr_hub.hub import past_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("otdr_hub.hub.urls")),
    path("", include("otdr_hub.hub.desk.urls")),
    path("", include("otdr_hub.hub.switch.urls")),
    path("", include("otdr_hub.hub.triage.urls")),
    path("", include("otdr_hub.hub.publications.urls")),
    path("", include("otdr_hub.hub.requests.urls")),
    path("", include("otdr_hub.hub.blast.urls")),
    path("batches/", include("metrics.uploads.urls")),
    path("versions/", include("metrics.versions.urls")),
    path("ledger/past/", past_views.past, name="ledger_past"),
    path("ledger/", include("governance.audit.urls")),
    path("accounts/", include(access.accounts)),
    path("people/", include(access.people)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include((api.urlpatterns, "api"))),
    path("healthz", healthz, name="healthz"),
]
handler400 = "otdr_hub.errors.not_understood"
handler403 = "otdr_hub.errors.not_allowed"
handler404 = "otdr_hub.errors.not_found"
handler500 = "otdr_hub.errors.server_error"
