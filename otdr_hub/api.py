"""All API routes of `/api/v1/` in one list."""

from django.urls import path

from otdr_hub.hub import api as hub

urlpatterns = [
    path("hub", hub.HubView.as_view(), name="hub"),
    path("markets/<slug:code>", hub.MarketView.as_view(), name="market"),
]
