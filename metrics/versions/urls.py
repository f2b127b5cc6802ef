"""The addresses of metric versions: pages, and their part of the API."""

from __future__ import annotations

from django.urls import path

from metrics.versions import api, views

app_name = "versions"

urlpatterns = [
    path("", views.listed, name="list"),
    path("<slug:name>/", views.version, name="version"),
]
api_patterns = [
    path("versions", api.VersionsView.as_view(), name="versions"),
    path("versions/<slug:name>/submit", api.VersionSubmitView.as_view(), name="version_submit"),
]
