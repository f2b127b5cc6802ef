"""The addresses of the triage room: its pages, and its part of the API."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub.triage import api, views

app_name = "triage"

urlpatterns = [
    path("triage/", views.cases, name="list"),
    path("triage/<int:number>/", views.case, name="case"),
    path("triage/<int:number>/explore/", views.explore, name="explore"),
]
# Part of `/api/v1/`.
api_patterns = [
    path("cases", api.CasesView.as_view(), name="cases"),
    path("cases/<int:number>", api.CaseView.as_view(), name="case"),
    path("cases/<int:number>/notes", api.NotesView.as_view(), name="case_notes"),
    path("cases/<int:number>/steps", api.StepsView.as_view(), name="case_steps"),
    path("cases/<int:number>/steps/<int:position>", api.StepView.as_view(), name="case_step"),
    path("cases/<int:number>/evidence", api.EvidenceView.as_view(), name="case_evidence"),
    path("cases/<int:number>/resolve", api.ResolveView.as_view(), name="case_resolve"),
    path("cases/<int:number>/reopen", api.ReopenView.as_view(), name="case_reopen"),
]
