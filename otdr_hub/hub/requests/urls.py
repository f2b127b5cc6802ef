"""The addresses of requests: pages, and their part of the API."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub.requests import api, views

app_name = "requests"

urlpatterns = [
    path("requests/", views.requests, name="list"),
    path("requests/<int:number>/", views.one, name="request"),
    path("requests/<int:number>/assess/", views.assessment, name="assess"),
    path("requests/<int:number>/answer/", views.answer, name="answer"),
]
# Part of `/api/v1/`.
api_patterns = [
    path("requests", api.RequestsView.as_view(), name="requests"),
    path("requests/<int:number>", api.RequestView.as_view(), name="request"),
]
