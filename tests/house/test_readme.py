"""What the README shows works as it stands there."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command

from governance.access.services import system
from governance.markets.services import MarketRow, markets_load
from metrics.models import Batch
from tests.builders import person
from tests.house.conftest import PROJECT

README = (PROJECT / "README.md").read_text("utf-8")


def block(language: str) -> str:
    """The one fenced block of that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)
    return found


@pytest.mark.django_db
def test_the_mapping_takes_the_carriers_export_in(tmp_path, settings, capsys):
    settings.LAKE_ROOT = tmp_path / "lake"
    markets_load(rows=[MarketRow("BR", "Brazil", "America/Sao_Paulo", 1)], actor=system())
    export, mapping = tmp_path / "entregas.csv", tmp_path / "entregas.yaml"
    export.write_text(block("csv"), "utf-8")
    mapping.write_text(block("yaml"), "utf-8")
    person("data_engineer")
    call_command("ingest", "events", str(export), "--mapping", str(mapping), "--as", "data_engineer")
    batch = Batch.objects.get()
    assert (batch.state, batch.accepted, batch.quarantined) == ("accepted", 2, 0)
    assert "2 of 2 rows" in capsys.readouterr().out


def test_every_document_the_readme_points_to_is_there():
    for target in re.findall(r"\]\(((?:docs/|CHANGELOG)[^)#]*)", README):
        assert (PROJECT / target).exists(), target
