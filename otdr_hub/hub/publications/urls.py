"""The addresses of publications, of verifying and of corrections: pages, and their part of the API."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub.publications import api, views

app_name = "publications"

urlpatterns = [
    path("publications/", views.listed, name="list"),
    path("publications/<str:ref>/", views.publication, name="publication"),
    path("publications/<str:ref>/rollback/", views.rollback, name="rollback"),
    path("verify/", views.verifying, name="verify"),
    path("verify/<str:code>/", views.verifying, name="verify_code"),
    path("notices/", views.notices, name="notices"),
]
# Part of `/api/v1/`; the list is with the offer, in `otdr_hub.hub.desk.api`.
api_patterns = [
    path("publications/<str:ref>", api.PublicationView.as_view(), name="publication"),
    path("publications/<str:ref>/rollback", api.RollbackView.as_view(), name="publication_rollback"),
    path("verify/<str:code>", api.VerifyView.as_view(), name="verify"),
    path("notices", api.NoticesView.as_view(), name="notices"),
    path("notices/acknowledge", api.AcknowledgeView.as_view(), name="notices_acknowledge"),
]
