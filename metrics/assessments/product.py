"""The triage engine over the product's own lake."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.versions.selectors import definition_of
from metrics.assessments.engine import Question
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import ConflictError


def ask(question: Question) -> str:
    """Judge the weeks asked about from the pinned files, or all accepted ones; with counts for pictures."""
    # DuckDB and the tables of likelihoods are wanted by whoever assesses, and by nobody else.
    from metrics.anomalies.assess import assess  # noqa: PLC0415 (see above)
    from metrics.anomalies.learned import committed  # noqa: PLC0415 (see above)
    from metrics.anomalies.market import world_of_market  # noqa: PLC0415 (see above)
    from metrics.assessments.cells import cells_of  # noqa: PLC0415 (see above)

    try:
        learned = committed()
    except FileNotFoundError:
        raise ConflictError(
            _("The table of likelihoods is not there, so nothing can be judged; make it with triage_learn.")
        ) from None

    with world_of_market(
        market=question.market, monday=question.first_week, days=question.days,
        definition=definition_of(question.version), as_of=question.as_of,
        doubted=question.doubted, pinned=question.pinned,
    ) as world:  # fmt: skip
        judged = assess(
            world, learned=learned, recent=question.recent, owner=question.owner or None
        ).as_document()
        return digest.canonical({**judged, "cells": cells_of(world)})
