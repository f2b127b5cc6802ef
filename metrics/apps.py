"""The metrics application."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Input, lake, definition to query, recompute."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "metrics"

    def ready(self) -> None:
        """Answer governance's readiness questions from counts; note restatements when a run ends."""
        from governance.scope import readiness  # noqa: PLC0415
        from metrics.periods import restatements  # noqa: PLC0415
        from metrics.recompute import finished  # noqa: PLC0415
        from metrics.recompute.readiness import vintage_is_ready  # noqa: PLC0415

        readiness.register("vintage", vintage_is_ready)
        finished.register("restated", restatements.record)
