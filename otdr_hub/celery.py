"""The Celery application: PostgreSQL is the broker (pgmq), state lives in our own tables."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")

app = Celery("otdr_hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The beat schedule, as one table: name, task, every so many seconds.
SCHEDULE = (("reconcile unfinished runs", "metrics.reconcile", 10.0),)
app.conf.beat_schedule = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in SCHEDULE
}
