"""The addresses of the record: pages, and their part of the API."""

from __future__ import annotations

from django.urls import path

from governance.audit import api, views

app_name = "ledger"

urlpatterns = [
    path("", views.listed, name="history"),
    path("<int:seq>/", views.entry, name="entry"),
    path("export/", views.export, name="export"),
]
api_patterns = [path("ledger", api.LedgerView.as_view(), name="ledger")]
