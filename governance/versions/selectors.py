"""Reading versions back as definitions."""

from __future__ import annotations

from governance.definition import Definition, explain, parse
from governance.versions.models import MetricVersion
from governance.versions.states import VersionState
from otdr_hub.lib.outcome import InvalidInputError


def definition_of(version: MetricVersion) -> Definition:
    """The definition a stored version means."""
    return parse(version.document)


def definition_for(version: MetricVersion, market: str) -> Definition:
    """The definition as the version means it in one market."""
    return definition_of(version).at(market)


def event_codes() -> list[tuple[str, str]]:
    """The carriers' own event codes (carrier, code) that any version reads, in order."""
    read = {
        (carrier, code)
        for document in MetricVersion.objects.values_list("document", flat=True)
        for carrier, code, _ in parse(document).event_map
    }
    return sorted(read)


def meaning(version: MetricVersion) -> str:
    """The sentence Finance reads: what the version's number is."""
    return explain(definition_of(version))


def by_name(name: str | None) -> MetricVersion:
    """The version of that name, or the newest one in effect. Raises InvalidInputError when there is none."""
    if name is not None:
        found = MetricVersion.objects.filter(name=name).first()
        if found is None:
            raise InvalidInputError(f"There is no metric version '{name}'.")
        return found
    effective = MetricVersion.objects.filter(state=VersionState.EFFECTIVE)
    newest = effective.order_by("effective_from", "proposed_at").last()
    if newest is None:
        raise InvalidInputError("No metric version is in effect; name one with --version.")
    return newest
