"""The addresses of the desk: pages, and their part of the API."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub.desk import api, scope_views, views

app_name = "desk"

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("signoffs/<int:number>/", views.signoff, name="signoff"),
    path("scope/", scope_views.scope, name="scope"),
    path("scope/decide/", scope_views.deciding, name="decide"),
    path("scope/publish/", scope_views.publishing, name="publish"),
]
# Part of `/api/v1/`.
api_patterns = [
    path("signoffs", api.SignoffsView.as_view(), name="signoffs"),
    path("signoffs/<int:number>", api.SignoffView.as_view(), name="signoff"),
    path("signoffs/<int:number>/give", api.GiveView.as_view(), name="signoff_give"),
    path("signoffs/<int:number>/withdraw", api.WithdrawView.as_view(), name="signoff_withdraw"),
    path("scope", api.ScopeView.as_view(), name="scope"),
    path("publications", api.PublicationsView.as_view(), name="publications"),
]
