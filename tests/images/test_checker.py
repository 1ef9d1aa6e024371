"""The check in bounded children: the same answers, and no file and no parent gets past the bounds."""

import fcntl
import gc
import os
import signal
import subprocess
import sys
import termios
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.images import pictures
from uploader.errors import Busy, ImageRejected
from uploader.images import Checker, inspect, rejections
from uploader.images.inspect import check
from uploader.limits import Limits

linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with Checker(Limits(), workers=2) as made:
        yield made


def child_of(checker: Checker) -> int:
    """The process id of its only child."""
    (child,) = checker._children
    return child._process.pid


def in_pipe(checker: Checker) -> int:
    """How many bytes its only child has not read yet."""
    (child,) = checker._children
    found = fcntl.ioctl(child._process.stdin, termios.FIONREAD, bytes(4))
    return int.from_bytes(found, sys.byteorder)


def stop(pid: int) -> None:
    """Stop a process, and wait until it stands still."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED)


def running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


PATIENT = Limits(max_jpeg_scans=100_000, check_cpu_s=1)


def busy_jpeg() -> bytes:
    """A small file with thousands of progressive scans: many seconds of work inside libjpeg."""
    small = pictures.picture("JPEG", 3000, 3000, "L", progressive=True, quality=5)
    scan = small.rindex(b"\xff\xda")
    return small[:-2] + small[scan:-2] * 4000 + small[-2:]


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


@linux
def test_a_killed_child_rejects_its_file_alone() -> None:
    data = pictures.picture()
    with Checker(Limits(), workers=1) as checker, ThreadPoolExecutor() as threads:
        checker.check(data)
        pid = child_of(checker)
        stop(pid)
        asked = threads.submit(checker.check, data)
        assert wait_until(lambda: in_pipe(checker) > len(data))
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ImageRejected) as caught:
            asked.result()
        assert caught.value.code == rejections.CHECK_FAILED
        assert checker.check(pictures.picture()).facts.format == "JPEG"
        assert child_of(checker) != pid


@pytest.mark.parametrize("noticed", [True, False])
def test_a_child_that_died_idle_costs_nobody_a_picture(
    noticed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Checker(Limits(), workers=1) as checker:
        checker.check(pictures.picture())
        (child,) = checker._children
        os.kill(child_of(checker), signal.SIGKILL)
        assert wait_until(lambda: not child.alive)
        if not noticed:  # it died between the look and the sending
            monkeypatch.setattr(type(child), "alive", property(lambda it: not it._process.stdin.closed))
        assert checker.check(pictures.picture()).facts.format == "JPEG"


def test_wall_time_is_bounded() -> None:
    with Checker(Limits(check_wall_s=0.5), workers=1) as checker, ThreadPoolExecutor() as threads:
        checker.check(pictures.picture())
        stop(child_of(checker))
        with pytest.raises(ImageRejected) as caught:
            threads.submit(checker.check, pictures.picture()).result()
        assert caught.value.code == rejections.TOO_SLOW


@linux
def test_cpu_time_is_bounded_inside_c_code() -> None:
    with Checker(PATIENT, workers=1) as checker:
        with pytest.raises(ImageRejected) as caught:
            checker.check(busy_jpeg())
        assert caught.value.code == rejections.TOO_SLOW
        assert checker.check(pictures.picture()).facts.format == "JPEG"


@linux
def test_memory_is_bounded() -> None:
    hungry = pictures.picture("PNG", 6000, 6000, "RGBA")
    with Checker(Limits(check_memory_bytes=320 * 2**20), workers=1) as checker:
        assert checker.check(pictures.picture("PNG")).facts.format == "PNG"
        with pytest.raises(ImageRejected) as caught:
            checker.check(hungry)
        assert caught.value.code in (rejections.TOO_MUCH_MEMORY, rejections.CHECK_FAILED)
        assert checker.check(pictures.picture("PNG")).facts.format == "PNG"


@linux
def test_the_environment_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "UPLOADER_SECRET_KEY", "MY_TOKEN"):
        monkeypatch.setenv(name, "secret-4711")
    with Checker(Limits(), workers=1) as checker:
        checker.check(pictures.picture())
        process = Path(f"/proc/{child_of(checker)}")
        assert b"secret-4711" not in process.joinpath("environ").read_bytes()
        assert b"secret-4711" not in process.joinpath("cmdline").read_bytes()


@linux
def test_children_import_neither_streamlit_nor_boto3() -> None:
    code = (
        "import sys; from uploader.images import child, decode;"
        "sys.exit(bool({'streamlit', 'boto3', 'botocore', 'requests'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
        assert wait_until(lambda: checker._waiting == 1)
        with pytest.raises(Busy) as caught:
            checker.check(pictures.picture())
        assert 1 <= caught.value.retry_after_s <= 60
        os.kill(pid, signal.SIGCONT)
        assert [future.result().facts.format for future in futures] == ["JPEG", "JPEG"]


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


def test_an_interrupted_check_never_leaves_its_answer_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with Checker(Limits(), workers=1) as checker:
        checker.check(pictures.picture())
        (child,) = checker._children
        with monkeypatch.context() as patch:
            patch.setattr(type(child), "_receive", interrupted)
            with pytest.raises(KeyboardInterrupt):
                checker.check(pictures.picture("PNG"))
        assert checker.check(pictures.picture("GIF")).facts.format == "GIF"


@linux
def test_forgetting_the_checker_ends_its_children() -> None:
    checker = Checker(Limits(), workers=1)
    checker.check(pictures.picture())
    pid = child_of(checker)
    del checker
    gc.collect()
    assert wait_until(lambda: not running(pid))


@linux
@pytest.mark.parametrize("at_work", [False, True])
def test_children_end_when_the_parent_is_killed(tmp_path: Path, at_work: bool) -> None:
    slow = tmp_path / "slow.jpg"
    slow.write_bytes(busy_jpeg())
    code = f"""
import threading, time
from tests.images import pictures
from uploader.images import Checker
from uploader.limits import Limits
checker = Checker(Limits(max_jpeg_scans=100_000), workers=1)
checker.check(pictures.picture())
(child,) = checker._children
if {at_work}:
    threading.Thread(target=checker.check, args=(open({str(slow)!r}, "rb").read(),)).start()
    time.sleep(0.3)
print(child._process.pid, flush=True)
time.sleep(60)
"""
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert running(pid)
        parent.kill()
    assert wait_until(lambda: not running(pid), 5)


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
    run = "from uploader.images import child; child._MOST_PICTURES = 2; child.main()"
    monkeypatch.setattr("uploader.images.worker._RUN", run)
    with Checker(Limits(), workers=1) as checker:
        checker.check(pictures.picture())
        pid = child_of(checker)
        checker.check(pictures.picture())
        assert not checker._children
        checker.check(pictures.picture())
        assert child_of(checker) != pid


def test_a_child_that_answers_nonsense_is_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uploader.images.worker._RUN", "print('x' * 40, flush=True); input()")
    with Checker(Limits(), workers=1) as checker, pytest.raises(ImageRejected) as caught:
        checker.check(pictures.picture())
    assert caught.value.code == rejections.CHECK_FAILED


@linux
def test_no_file_descriptor_is_left() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with Checker(Limits(), workers=2) as checker:
            checker.check(pictures.picture())
            with pytest.raises(ImageRejected):
                checker.check(zlib.compress(b"no image"))
    assert len(os.listdir("/proc/self/fd")) == before
