"""The addresses of blast radii: a page, and its part of the API."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub.blast import api, views

app_name = "blast"

urlpatterns = [path("blast/<slug:code>/", views.blast, name="blast")]
# Part of `/api/v1/`.
api_patterns = [path("blast/<slug:market>", api.BlastView.as_view(), name="blast")]
