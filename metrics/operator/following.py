"""New weeks of what is published: what the newest runs found, offered for publication as a continuation."""

from __future__ import annotations

from governance.access.models import User
from governance.models import Publication
from governance.publication.services import publication_continue
from metrics.operator.effect import last_whole_week, newest


def continue_published(*, actor: User) -> Publication | None:
    """Publish the new weeks of what is published, where there are any and all rules hold; else None.

    Raises ConflictError where a person has to publish.
    """
    shown = Publication.objects.select_related("version").first()
    if shown is None:
        return None
    found = newest(version=shown.version, actor=actor)
    monday = last_whole_week(shown.version, found)
    if monday is None:
        return None
    return publication_continue(
        version=shown.version, vintages={code: one.vintage for code, one in found.items()}, through=monday,
        as_of=max(one.as_of for one in found.values()), actor=actor,
    )  # fmt: skip
