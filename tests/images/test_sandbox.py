"""What code that has taken over a checking child can reach: nothing of the machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from uploader.errors import ImageRejected
from uploader.images import child_process, sandbox
from uploader.images.child_process import Worker
from uploader.limits import Limits

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not sandbox.probe(), reason="needs Linux with seccomp or Landlock"
)

HOSTILE = r"""
import ctypes, json, os, resource, socket, subprocess
from uploader.errors import ImageRejected
from uploader.images import child_main

libc = ctypes.CDLL(None, use_errno=True)
parent, writable = os.getppid(), {writable!r}

def call(found):
    if found == -1:
        raise OSError(ctypes.get_errno(), "")
    return found

def peer_memory():
    class Span(ctypes.Structure):
        _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    here, there = ctypes.create_string_buffer(8), Span({address}, 8)
    mine = Span(ctypes.addressof(here), 8)
    return call(libc.process_vm_readv(parent, ctypes.byref(mine), 1, ctypes.byref(there), 1, 0))

ATTACKS = dict(
    passwd=lambda: open("/etc/passwd").read(),
    environment=lambda: open(f"/proc/{{parent}}/environ", "rb").read(),
    memory=lambda: open(f"/proc/{{parent}}/mem", "rb"),
    own_environment=lambda: open("/proc/self/environ", "rb").read(),
    peer_memory=peer_memory,
    trace=lambda: call(libc.ptrace(16, parent, 0, 0)),
    create=lambda: open(os.path.join(writable, "new"), "wb"),
    rename=lambda: os.rename(os.path.join(writable, "there"), os.path.join(writable, "moved")),
    remove=lambda: os.unlink(os.path.join(writable, "there")),
    truncate=lambda: os.truncate(os.path.join(writable, "there"), 0),
    mode=lambda: os.chmod(os.path.join(writable, "there"), 0o777),
    link=lambda: os.symlink("/", os.path.join(writable, "link")),
    stat=lambda: os.stat("/etc/passwd"),
    listing=lambda: os.listdir("/"),
    connect=lambda: socket.socket().connect(("127.0.0.1", {port})),
    udp=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    unix=lambda: socket.socketpair(),
    fork=os.fork,
    spawn=lambda: subprocess.run(["/bin/true"]),
    execute=lambda: os.execv("/bin/true", ["true"]),
    kill=lambda: os.kill(parent, 0),
    pidfd=lambda: os.pidfd_open(parent),
    memfd=lambda: os.memfd_create("x"),
    namespace=lambda: call(libc.unshare(0x10000000)),
    more_memory=lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
    more_files=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096)),
    limits_of_others=lambda: resource.prlimit(parent, resource.RLIMIT_CPU),
    other_abi=lambda: call(libc.syscall(0x40000000 + 2, b"/etc/passwd", 0)),
)

def hostile(*_, **__):
    got = {{}}
    for name, attack in ATTACKS.items():
        try:
            attack()
            got[name] = "succeeded"
        except OSError as error:
            got[name] = type(error).__name__
        except ValueError:
            got[name] = "PermissionError"  # what resource makes of it
    raise ImageRejected(json.dumps([got, dict(os.environ)]))

child_main.check = hostile
child_main.main()
"""


@pytest.fixture
def taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A real child in which every check is an attacker's code."""
    import ctypes
    import socket

    (tmp_path / "there").write_text("mine")
    memory = ctypes.create_string_buffer(b"secret!", 8)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = HOSTILE.format(
            writable=str(tmp_path), address=ctypes.addressof(memory), port=listener.getsockname()[1]
        )
        monkeypatch.setattr(child_process, "_RUN", code)
        worker = Worker(Limits())
        yield worker
        worker.end()


def test_code_in_the_child_reaches_nothing(taken_over: Worker, tmp_path: Path) -> None:
    with pytest.raises(ImageRejected) as said:
        taken_over.ask(b"a picture", wall_s=30)
    got, environment = json.loads(str(said.value))
    assert len(got) > 25
    assert [name for name, outcome in got.items() if outcome != "PermissionError"] == []
    assert "AWS_SECRET_ACCESS_KEY" not in environment
    assert os.listdir(tmp_path) == ["there"]
    assert (tmp_path / "there").read_text() == "mine"


def test_both_locks_hold_here_or_the_kernel_lacks_one() -> None:
    assert "seccomp" in sandbox.probe()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_whole_and_jumps_stay_inside(machine: str) -> None:
    program = sandbox._program(machine)
    steps = [program[at : at + 8] for at in range(0, len(program), 8)]
    assert len(program) % 8 == 0
    assert len(steps) < 4096  # BPF_MAXINSNS
    for at, step in enumerate(steps):
        if step[0] & 0x07 == 0x05:
            assert at + 1 + max(step[2], step[3]) < len(steps)
    assert steps[-1][0] == 0x06  # BPF_RET


def test_the_app_hides_its_memory() -> None:
    code = (
        "import ctypes; from uploader.images import sandbox; sandbox.hide_memory();"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"0\n"
