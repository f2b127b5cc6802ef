"""All routes of the product."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from otdr_hub import api
from otdr_hub.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("otdr_hub.hub.urls")),
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include((api.urlpatterns, "api"))),
    path("healthz", healthz, name="healthz"),
]
handler404 = "otdr_hub.errors.not_found"
handler500 = "otdr_hub.errors.server_error"
