"""The kill switch's addresses: its page, and its part of the API."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub.switch import api, views

app_name = "switch"

urlpatterns = [
    path("kill-switch/", views.switch, name="switch"),
    path("kill-switch/off/", views.off, name="off"),
    path("kill-switch/<int:number>/off/", views.again, name="again"),
    path("kill-switch/<int:number>/reason/", views.reason, name="reason"),
    path("kill-switch/<int:number>/on-request/", views.on_request, name="on_request"),
]
# Part of `/api/v1/`.
api_patterns = [
    path("shutoffs", api.ShutoffsView.as_view(), name="shutoffs"),
    path("shutoffs/<int:number>/reason", api.ReasonView.as_view(), name="shutoff_reason"),
    path("shutoffs/<int:number>/on-request", api.OnRequestView.as_view(), name="shutoff_on_request"),
]
