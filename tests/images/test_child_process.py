"""One child: no file and no parent gets past its bounds, and it takes no secret with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import pictures
from tests.support.children import PATIENT, busy_jpeg, child_of, in_pipe, linux, running, stop, wait_until
from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images import Checker
from uploader.limits import Limits


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
    with Checker(Limits(check_wall_s=3.0), workers=1) as checker, ThreadPoolExecutor() as threads:
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
        "import sys; from uploader.images import child_main, decode;"
        "sys.exit(bool({'streamlit', 'boto3', 'botocore', 'requests'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
@pytest.mark.parametrize("at_work", [False, True])
def test_children_end_when_the_parent_is_killed(tmp_path: Path, at_work: bool) -> None:
    slow = tmp_path / "slow.jpg"
    slow.write_bytes(busy_jpeg())
    code = f"""
import threading, time
from tests.support import pictures
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


def test_a_child_that_answers_nonsense_is_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uploader.images.child_process._RUN", "print('x' * 40, flush=True); input()")
    with Checker(Limits(), workers=1) as checker, pytest.raises(ImageRejected) as caught:
        checker.check(pictures.picture())
    assert caught.value.code == rejections.CHECK_FAILED


class Promised:
    """A stream that promises `size` bytes, whatever it gives."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        yield from (self._data[at : at + 100] for at in range(0, len(self._data), 100))


@pytest.mark.parametrize("off", [-1, 1, -200, 200])
def test_a_stream_of_another_length_is_refused_at_once(off: int) -> None:
    data = pictures.picture()
    with Checker(Limits(check_wall_s=600), workers=1) as checker:
        assert checker.check(Promised(data, len(data))) == checker.check(data)
        with pytest.raises(ImageRejected) as caught:
            checker.check(Promised(data, len(data) - off))
        assert caught.value.code == rejections.INCOMPLETE
        assert checker.check(pictures.picture("PNG")).facts.format == "PNG"
