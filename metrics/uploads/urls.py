"""The addresses of batches: pages, and their part of the API."""

from __future__ import annotations

from django.urls import path

from metrics.uploads import api, views

app_name = "batches"

urlpatterns = [
    path("", views.listed, name="list"),
    path("<int:number>/", views.batch, name="batch"),
    path("uploads/<uuid:upload>/", views.upload, name="upload"),
]
# Part of `/api/v1/`; the number comes before the kind, which would take it too.
api_patterns = [
    path("batches", api.BatchesView.as_view(), name="batches"),
    path("batches/<int:number>", api.BatchView.as_view(), name="batch"),
    path("batches/<int:number>/quarantine", api.QuarantineView.as_view(), name="quarantine"),
    path("batches/<slug:kind>", api.SendView.as_view(), name="send"),
    path("batches/uploads/<uuid:upload>", api.UploadView.as_view(), name="upload"),
]
