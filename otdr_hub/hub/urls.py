"""The hub's addresses."""

from __future__ import annotations

from django.urls import path

from otdr_hub.hub import views
from otdr_hub.hub.decide import framework
from otdr_hub.hub.decide import views as decide
from otdr_hub.hub.exports import views as exports

app_name = "hub"

urlpatterns = [
    path("", views.hub, name="hub"),
    path("about/", views.about, name="about"),
    path("why/", views.why, name="why"),
    path("markets/<slug:code>/", views.market, name="market"),
    path("markets/<slug:code>/explore/", views.explore, name="explore"),
    path("markets/<slug:code>/lineage/", views.lineage, name="lineage"),
    path("export/hub.csv", exports.csv, name="hub_csv"),
    path("export/hub.csv-metadata.json", exports.csv_notes, name="hub_csv_notes"),
    path("export/hub.xlsx", exports.xlsx, name="hub_xlsx"),
    path("export/hub.pdf", exports.pdf_file, name="hub_pdf"),
    path("export/markets/<slug:code>.csv", exports.csv, name="market_csv"),
    path("export/markets/<slug:code>.csv-metadata.json", exports.csv_notes, name="market_csv_notes"),
    path("export/markets/<slug:code>.xlsx", exports.xlsx, name="market_xlsx"),
    path("export/markets/<slug:code>.pdf", exports.pdf_file, name="market_pdf"),
    path("decisions/", decide.decisions, name="decisions"),
    path("decisions/verdict/", decide.verdict, name="verdict"),
    path("decisions/decide/", decide.decide, name="decide"),
    path("decisions/framework/", framework.framework, name="framework"),
    path("decisions/carry-out/", decide.carry, name="carry"),
    path("decisions/preview/<slug:kind>/", decide.preview, name="preview"),
    path("decisions/<int:number>/minutes/", decide.minutes, name="minutes"),
]
