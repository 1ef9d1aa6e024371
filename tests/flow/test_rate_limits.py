"""What one person may do in a minute and in a day: in memory, and in a real Redis that comes and goes."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from tests.support.app_server import free_port
from tests.support.flow import WHO, Flow, claim, scene
from uploader.errors import LimitReached
from uploader.flow.rate_limits import PER_MINUTE, RateLimits
from uploader.limits import MIB
from uploader.storage.bucket import Bucket


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[None]:
    """Debian's own, on loopback, keeping nothing."""
    program = shutil.which("redis-server")
    assert program, "apt-get install redis-server"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline_s = time.monotonic() + 30
    with redis.Redis(port=port) as client:
        while process.poll() is None and time.monotonic() < deadline_s:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                time.sleep(0.02)
    raise AssertionError("redis-server did not start")


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    with redis_server(tmp_path, port):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture(params=["memory", "redis"])
def url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "memory" else str(request.getfixturevalue("redis_url"))


def spend_calls(rates: RateLimits, count: int, who: str = WHO, route: str = "begin") -> None:
    for _ in range(count):
        rates.spend_call(route, who)


def test_calls_are_counted_by_route_and_person(url: str) -> None:
    rates = RateLimits(url)
    spend_calls(rates, PER_MINUTE.amount)
    with pytest.raises(
        LimitReached, match=r"^More than 600 calls came within a minute; wait \d+ s\.$"
    ) as told:
        spend_calls(rates, 1)
    assert told.value.code == "too_many"
    assert 1 <= told.value.retry_after_s <= 60
    spend_calls(rates, 1, who="somebody else")
    spend_calls(rates, 1, route="complete")


def test_bytes_are_counted_by_person_and_what_is_refused_is_not(url: str) -> None:
    rates = RateLimits(url, max_bytes_per_day=10 * MIB)
    rates.spend_bytes(WHO, 6 * MIB)
    sentence = r"^Each person may upload 10 MB in 24 hours; this file can be sent in 24 hours\.$"
    with pytest.raises(LimitReached, match=sentence) as told:
        rates.spend_bytes(WHO, 5 * MIB)
    assert told.value.code == "daily_bytes"
    assert 86_000 < told.value.retry_after_s <= 86_400
    rates.spend_bytes(WHO, 4 * MIB)
    rates.spend_bytes("somebody else", 10 * MIB)


def test_a_file_that_no_day_has_room_for_is_told_so(url: str) -> None:
    with pytest.raises(
        LimitReached, match=r"^This file is 11 MB, and each person may upload 10 MB in 24 hours"
    ):
        RateLimits(url, max_bytes_per_day=10 * MIB).spend_bytes(WHO, 11 * MIB)


def test_without_a_bound_nothing_is_counted() -> None:
    for _ in range(3):
        RateLimits().spend_bytes(WHO, 2**50)


def test_replicas_share_one_count(redis_url: str) -> None:
    one, other = (RateLimits(redis_url, max_bytes_per_day=MIB) for _ in range(2))
    spend_calls(one, PER_MINUTE.amount)
    one.spend_bytes(WHO, MIB)
    with pytest.raises(LimitReached):
        spend_calls(other, 1)
    with pytest.raises(LimitReached):
        other.spend_bytes(WHO, 1)


def test_without_redis_each_process_counts_for_itself(tmp_path: Path) -> None:
    port, now_s = free_port(), [0.0]
    rates = RateLimits(f"redis://127.0.0.1:{port}/0", max_bytes_per_day=MIB, clock=lambda: now_s[0])
    spend_calls(rates, PER_MINUTE.amount)
    rates.spend_bytes(WHO, MIB)
    with pytest.raises(LimitReached):
        spend_calls(rates, 1)
    with pytest.raises(LimitReached):
        rates.spend_bytes(WHO, 1)
    with redis_server(tmp_path, port):
        with pytest.raises(LimitReached):
            spend_calls(rates, 1)  # it is left alone for a while
        now_s[0] = 11
        spend_calls(rates, PER_MINUTE.amount)
        with pytest.raises(LimitReached):
            spend_calls(rates, 1)
    with pytest.raises(LimitReached):
        spend_calls(rates, 1)  # it died, and what this process counted still holds


def test_both_ways_of_an_upload_are_bounded_together(bucket: Bucket, join: Callable[..., Flow]) -> None:
    picture, other = scene(1), scene(2)
    bound = len(picture) + len(other) // 2
    flow = join(bucket, max_bytes_per_day=bound)
    flow.uploads.begin(claim(picture), who=WHO)
    with pytest.raises(LimitReached):
        flow.uploads.begin(claim(other), who=WHO)
    with pytest.raises(LimitReached, match=r"^Each person may upload "):
        flow.server_uploads.upload(other, "b.jpg", who=WHO)
    assert not flow.shown()


def test_what_cannot_be_taken_does_not_count(bucket: Bucket, join: Callable[..., Flow]) -> None:
    picture = scene(1)
    flow = join(bucket, max_bytes_per_day=len(picture))
    with pytest.raises(Exception, match="not"):
        flow.uploads.begin(claim(picture, content_type="text/html"), who=WHO)
    with pytest.raises(Exception, match="image"):
        flow.server_uploads.upload(b"no image", "a.jpg", who=WHO)
    assert flow.server_uploads.upload(picture, "a.jpg", who=WHO).key
