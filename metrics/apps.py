"""The metrics application."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Input, lake, definition to query, recompute."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "metrics"

    def ready(self) -> None:
        """Answer governance's readiness questions from counts; note restatements when a run ends."""
        from governance.publication.notices import selectors as notices  # noqa: PLC0415
        from governance.scope import readiness  # noqa: PLC0415 (apps are loaded first)
        from governance.scope.blocks import no_open_case  # noqa: PLC0415 (apps are loaded first)
        from governance.scope.services import ACT  # noqa: PLC0415 (apps are loaded first)
        from governance.signoffs import acts  # noqa: PLC0415 (apps are loaded first)
        from metrics.assessments import engine, product  # noqa: PLC0415 (apps are loaded first)
        from metrics.gates.install import install  # noqa: PLC0415 (apps are loaded first)
        from metrics.operator.effect import is_filed  # noqa: PLC0415 (apps are loaded first)
        from metrics.periods import corrections, restatements  # noqa: PLC0415 (apps are loaded first)
        from metrics.recompute import finished, names  # noqa: PLC0415 (apps are loaded first)
        from metrics.recompute.authors import recomputers  # noqa: PLC0415 (apps are loaded first)
        from metrics.recompute.readiness import vintage_is_ready  # noqa: PLC0415 (apps are loaded first)
        from metrics.recompute.two_sided import within_rule  # noqa: PLC0415 (apps are loaded first)
        from metrics.uploads import spool  # noqa: PLC0415 (apps are loaded first)

        # What comes over HTTP goes there from its first byte on, so it is there from the start.
        spool.root()
        readiness.register("case", no_open_case)
        readiness.register("vintage", vintage_is_ready)
        readiness.register("rule", within_rule)
        finished.register("names", names.learn)
        readiness.register_effects(is_filed)
        install()
        engine.install(product.ask)
        finished.register("restated", restatements.record)
        notices.register("restated", corrections.RESTATED)
        acts.bar(ACT, recomputers)
