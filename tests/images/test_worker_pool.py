"""The pool of children: the same answers as in process, few children, a bounded queue, nothing left."""

import errno
import gc
import io
import os
import signal
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import pictures
from tests.support.children import child_of, linux, running, stop, wait_until
from uploader.errors import Busy, ImageRejected
from uploader.images import Checker, inspect
from uploader.images.check import check
from uploader.limits import Limits


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with Checker(Limits(), workers=2) as made:
        yield made


@pytest.mark.parametrize("name", pictures.EXTENSIONS)
def test_answers_are_those_of_inspect(checker: Checker, name: str) -> None:
    data = pictures.picture(name)
    assert checker.check(data) == check(data)
    assert checker.check(memoryview(data)).facts == inspect(data)


def test_stripping_in_the_same_pass(checker: Checker) -> None:
    data = pictures.picture("JPEG", exif=pictures.exif(6), comment=b"hello")
    checked = checker.check(data, strip=True)
    assert checked == check(data, strip=True)
    assert checked.stripped is not None
    assert checked.facts == inspect(checked.stripped)
    assert set(checked.removed) == {"location", "camera", "dates", "comments"}


def test_what_is_stripped_goes_into_a_file_where_one_is_given(checker: Checker) -> None:
    into, data = io.BytesIO(), pictures.picture("JPEG", exif=pictures.exif(6))
    checked = checker.check(data, strip=True, into=into)
    said = check(data, strip=True)
    assert into.getvalue() == said.stripped
    assert checked == replace(said, stripped=None)
    clean = io.BytesIO()
    checker.check(pictures.picture("JPEG"), strip=True, into=clean)
    assert not clean.tell()


def test_a_file_that_cannot_take_it_says_nothing_of_the_picture(checker: Checker) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    data = pictures.picture("JPEG", exif=pictures.exif(6))
    with pytest.raises(Busy, match="no room for the image now"):
        checker.check(data, strip=True, into=Full())
    assert checker.check(data) == check(data)


def test_rejections_keep_code_sentence_and_facts(checker: Checker) -> None:
    data = pictures.picture("PNG")[:-4]
    with pytest.raises(ImageRejected) as here:
        check(data)
    with pytest.raises(ImageRejected) as there:
        checker.check(data)
    assert (there.value.code, str(there.value)) == (here.value.code, str(here.value))
    assert there.value.facts == here.value.facts


def test_children_are_started_late_and_used_again() -> None:
    with Checker(Limits(), workers=1) as checker:
        assert not checker._children
        checker.check(pictures.picture())
        first = child_of(checker)
        checker.check(pictures.picture())
        assert child_of(checker) == first


def test_no_more_children_than_workers() -> None:
    with Checker(Limits(), workers=2) as checker, ThreadPoolExecutor(16) as threads:
        data = pictures.picture("PNG", 300, 300)
        seen = []
        futures = [threads.submit(checker.check, data) for _ in range(40)]
        while not all(future.done() for future in futures):
            seen.append(len(checker._children))
        assert {future.result().facts.format for future in futures} == {"PNG"}
        assert 0 < max(seen) <= 2


def test_a_full_queue_is_busy() -> None:
    limits = Limits(check_wall_s=5)
    with Checker(limits, workers=1, max_waiting=1) as checker, ThreadPoolExecutor() as threads:
        checker.check(pictures.picture())
        pid = child_of(checker)
        stop(pid)
        futures = [threads.submit(checker.check, pictures.picture()) for _ in range(2)]
        assert wait_until(lambda: len(checker._queue) == 1)
        with pytest.raises(Busy) as caught:
            checker.check(pictures.picture())
        assert 1 <= caught.value.retry_after_s <= 60
        os.kill(pid, signal.SIGCONT)
        assert [future.result().facts.format for future in futures] == ["JPEG", "JPEG"]


class Noted:
    """A picture that notes whose it is when it is handed to a child."""

    def __init__(self, who: str, begun: list[str]) -> None:
        self._who, self._begun, self._data = who, begun, pictures.picture()

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        self._begun.append(self._who)
        yield self._data


@linux
def test_one_image_of_somebody_comes_before_the_rest_of_a_batch() -> None:
    begun: list[str] = []
    with Checker(Limits(), workers=1) as checker, ThreadPoolExecutor(16) as threads:
        checker.check(pictures.picture())
        pid = child_of(checker)
        stop(pid)
        futures = []
        for waiting, who in enumerate((*["many"] * 6, "one")):
            futures.append(threads.submit(checker.check, Noted(who, begun), who=who))
            # the first holds the child; each later one stands in the queue before the next comes
            assert wait_until(lambda n=waiting: begun == ["many"] and len(checker._queue) == n)
        os.kill(pid, signal.SIGCONT)
        assert [future.result().facts.format for future in futures] == ["JPEG"] * 7
    assert begun == ["many", "one", *["many"] * 5]


@linux
def test_nobody_fills_the_whole_queue() -> None:
    with Checker(Limits(), workers=1, max_waiting=4) as checker, ThreadPoolExecutor(8) as threads:
        checker.check(pictures.picture())
        pid = child_of(checker)
        stop(pid)
        futures = [threads.submit(checker.check, pictures.picture(), who="many") for _ in range(3)]
        assert wait_until(lambda: len(checker._queue) == 2)
        with pytest.raises(Busy):
            checker.check(pictures.picture(), who="many")
        futures.append(threads.submit(checker.check, pictures.picture(), who="one"))
        assert wait_until(lambda: len(checker._queue) == 3)
        os.kill(pid, signal.SIGCONT)
        assert [future.result().facts.format for future in futures] == ["JPEG"] * 4


@linux
def test_idle_children_end_after_a_while() -> None:
    with Checker(Limits(), workers=1, idle_s=0.2) as checker:
        checker.check(pictures.picture())
        pid = child_of(checker)
        assert wait_until(lambda: not Path(f"/proc/{pid}").exists())
        assert not checker._children
        assert checker.check(pictures.picture()).facts.format == "JPEG"


@linux
def test_closing_ends_children_and_later_checks_are_busy() -> None:
    checker = Checker(Limits(), workers=1)
    checker.check(pictures.picture())
    pid = child_of(checker)
    checker.close()
    checker.close()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(Busy):
        checker.check(pictures.picture())


def test_closing_in_the_middle_of_a_check_is_busy_not_a_fault_of_the_image() -> None:
    checker = Checker(Limits(), workers=1)
    with ThreadPoolExecutor() as threads:
        checker.check(pictures.picture())
        stop(child_of(checker))
        asked = threads.submit(checker.check, pictures.picture())
        assert wait_until(lambda: not checker._idle)
        checker.close()
        with pytest.raises(Busy):
            asked.result()


@linux
def test_forgetting_the_checker_ends_its_children() -> None:
    checker = Checker(Limits(), workers=1)
    checker.check(pictures.picture())
    pid = child_of(checker)
    del checker
    gc.collect()
    assert wait_until(lambda: not running(pid))


@linux
def test_a_child_outlives_the_thread_that_started_it() -> None:
    with Checker(Limits(), workers=1) as checker:
        thread = threading.Thread(target=checker.check, args=(pictures.picture(),))
        thread.start()
        thread.join()
        pid = child_of(checker)
        assert checker.check(pictures.picture()).facts.format == "JPEG"
        assert child_of(checker) == pid


@linux
def test_children_are_replaced_when_they_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    run = "from uploader.images import child_main; child_main._MOST_PICTURES = 2; child_main.main()"
    monkeypatch.setattr("uploader.images.child_process._RUN", run)
    with Checker(Limits(), workers=1) as checker:
        checker.check(pictures.picture())
        pid = child_of(checker)
        checker.check(pictures.picture())
        assert not checker._children
        checker.check(pictures.picture())
        assert child_of(checker) != pid


@linux
def test_no_file_descriptor_is_left() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with Checker(Limits(), workers=2) as checker:
            checker.check(pictures.picture())
            with pytest.raises(ImageRejected):
                checker.check(zlib.compress(b"no image"))
    assert len(os.listdir("/proc/self/fd")) == before
