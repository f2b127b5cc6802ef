"""The Celery application: PostgreSQL is the broker (pgmq), state lives in our own tables."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")

app = Celery("otdr_hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The beat schedule, as one table: name, task, when (seconds between, or a time of day in UTC), and for how
# many seconds a message is worth doing.
SCHEDULE: tuple[tuple[str, str, float | crontab, float], ...] = (
    ("reconcile unfinished runs and uploads", "metrics.reconcile", 10.0, 10.0),
    ("sign what the ledger lacks checkpoints of", "governance.keep_up", 10.0, 10.0),
    ("compare the tables with the ledger", "governance.review", 30.0, 30.0),
    ("ask deputies where there was silence", "governance.escalate", 300.0, 300.0),
    ("say which shutoff lacks its reason", "governance.reasons", 900.0, 900.0),
    ("ask again at the time of a launch", "governance.launch", 30.0, 30.0),
    ("publish new weeks of what is signed", "metrics.follow", 60.0, 60.0),
    ("assess the last whole week of every market", "metrics.triage", crontab(hour=3, minute=30), 3600.0),
    ("re-derive a sample of what was published", "metrics.rederive", crontab(hour=2, minute=30), 3600.0),
)
app.conf.beat_schedule = {
    name: {"task": task, "schedule": when, "options": {"expires": worth}}
    for name, task, when, worth in SCHEDULE
}
