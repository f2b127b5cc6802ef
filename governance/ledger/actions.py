"""The closed vocabulary of the ledger: every act that may be recorded, with a sentence for people."""

from django.db import models


class Action(models.TextChoices):
    """`value` is stored; `label` is the sentence's verb, said of `subject`."""

    ACCOUNT_CREATED = "account.created", "created the account"
    ROLE_GRANTED = "role.granted", "gave a role to"
    MARKETS_LOADED = "markets.loaded", "registered markets from"
    REQUIREMENT_SET = "requirement.set", "set the signatures required for"
    SIGNOFF_REQUESTED = "signoff.requested", "asked for signatures on"
    SIGNOFF_GIVEN = "signoff.given", "answered the request"
    VERSION_PROPOSED = "version.proposed", "proposed the metric version"
    VERSION_SUBMITTED = "version.submitted", "submitted for review the metric version"
    VERSION_EFFECTIVE = "version.effective", "put into effect the metric version"
    SCOPE_DECIDED = "scope.decided", "decided the scope of"
    SHUTOFF_ACTIVATED = "shutoff.activated", "switched off"
    MAJEURE_DECLARED = "majeure.declared", "declared force majeure as"
    MAJEURE_WITHDRAWN = "majeure.withdrawn", "withdrew the force majeure"
    PUBLICATION_PUBLISHED = "publication.published", "published"
    PUBLICATION_REDERIVED = "publication.rederived", "computed again, with the same result,"
    PUBLICATION_DIFFERS = "publication.differs", "computed again, with another result,"
    BATCH_ACCEPTED = "batch.accepted", "took in the batch"
    BATCH_REFUSED = "batch.refused", "refused the batch"
    RUN_QUEUED = "run.queued", "asked for the recompute"
    RUN_DONE = "run.done", "finished the recompute"
    PERIOD_LOCKED = "period.locked", "locked"
    RUN_FAILED = "run.failed", "could not finish the recompute"
