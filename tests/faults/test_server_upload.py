"""Through the app while S3 misbehaves: every call, every fault, once and for good."""

from collections.abc import Callable

import pytest

from tests.support.fault_checks import APP_CALLS, UNDO_CALLS, first_failure_is_told, stored_once_or_not_at_all
from tests.support.fault_table import QUICK
from tests.support.fault_world import TIMES, World


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", APP_CALLS)
def test_an_image_is_stored_once_or_not_at_all(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    stored_once_or_not_at_all(make_world(), call, fault, times)


@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", UNDO_CALLS)
def test_the_first_failure_is_told_even_where_it_cannot_be_undone(
    make_world: Callable[..., World], call: str, fault: str
) -> None:
    first_failure_is_told(make_world(), call, fault)
