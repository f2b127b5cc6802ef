"""The hub's addresses."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub import views

app_name = "hub"

urlpatterns = [
    path("", views.hub, name="hub"),
    path("markets/<slug:code>/", views.market, name="market"),
]
