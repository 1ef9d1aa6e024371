"""Generated examples are the same in every run, so a failure is the change's and not the seed's."""

import pytest
from hypothesis import settings


def test_no_seed_is_drawn_and_no_example_kept(request: pytest.FixtureRequest) -> None:
    assert settings.default is not None
    assert settings.default.derandomize is (request.config.getoption("--hypothesis-seed") is None)
    assert settings.default.database is None
    assert settings.default.deadline is None
