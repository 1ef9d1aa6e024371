"""How many cases a property gets: few, or with HYPOTHESIS_PROFILE=long many new ones."""

import os

from hypothesis import HealthCheck, settings

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def examples(count: int) -> settings:
    """`count` cases in the short form, fifty times as many in the long one."""
    return settings(
        max_examples=count * 50 if LONG else count,
        deadline=None,
        derandomize=settings.default.derandomize and not LONG,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
