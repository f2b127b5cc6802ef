"""The hub's addresses."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub import views
from otdr_hub.hub.decide import views as decide

app_name = "hub"

urlpatterns = [
    path("", views.hub, name="hub"),
    path("about/", views.about, name="about"),
    path("why/", views.why, name="why"),
    path("markets/<slug:code>/", views.market, name="market"),
    path("markets/<slug:code>/explore/", views.explore, name="explore"),
    path("markets/<slug:code>/lineage/", views.lineage, name="lineage"),
    path("decisions/", decide.decisions, name="decisions"),
    path("decisions/verdict/", decide.verdict, name="verdict"),
    path("decisions/decide/", decide.decide, name="decide"),
    path("decisions/<int:number>/minutes/", decide.minutes, name="minutes"),
]
