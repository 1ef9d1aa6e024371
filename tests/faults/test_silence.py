"""A bucket that says nothing: every call with a short patience, and both ways with their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import fault_checks
from tests.support.fault_table import silence
from tests.support.fault_world import PLAIN, World, silences
from tests.support.flow import WHO, claim, post_like_a_browser
from uploader.storage import client_config, form_post

CHECKS = [(fault_checks.stored_once_or_not_at_all, call) for call in fault_checks.APP_CALLS]
CHECKS += [(fault_checks.first_failure_is_told, call) for call in fault_checks.UNDO_CALLS]
CHECKS += [(fault_checks.nothing_lost_doubled_or_unverified, call) for call in fault_checks.DIRECT_CALLS]
CHECKS += [(fault_checks.uploads_go_on, call) for call in fault_checks.INDEX_CALLS]
CHECKS += [(fault_checks.works_or_says_why_not, call) for call in fault_checks.READING_CALLS]


@pytest.mark.slow
def test_silence_ends_like_every_other_fault(make_world: Callable[..., World]) -> None:
    """What only waits does so at the same time: two silences of 20 and 30 s, and some eighty short ones."""
    through_app, from_browser = (make_world(client_config._READ_TIMEOUT_S) for _ in range(2))
    through_app.flow.server_uploads._transfer = form_post.FormPoster()
    through_app.proxy.plan("POST", silence, 1)
    begun = from_browser.flow.uploads.begin(claim(PLAIN), who=WHO)
    assert post_like_a_browser(begun, PLAIN).status_code == 201
    from_browser.proxy.plan("GET incoming", silence, 1)
    with ThreadPoolExecutor(6) as pool:
        carried = pool.submit(through_app.flow.server_uploads.upload, PLAIN, "a.jpg", who=WHO)
        completed = pool.submit(from_browser.flow.uploads.complete, begun.ticket, who=WHO)
        for ended in [pool.submit(silences, make_world, check, call) for check, call in CHECKS]:
            ended.result()
    assert (through_app.proxy.hits, from_browser.proxy.hits) == (1, 1)
    assert through_app.shown() == [carried.result().key]
    assert from_browser.shown() == [completed.result().key]
