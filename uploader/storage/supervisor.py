"""Keeps one `weed` process for one data folder: starts it, restarts it, ends it with its last user.

A script of its own, so that it outlives the app that started it when a second app has joined, and so that the
store ends when all apps were killed: `python supervisor.py WEED`, with the data folder as working directory.
Only the standard library is imported: it starts in 30 ms. What lies in the folder, all of it private:

    users.lock       locked (shared) by every app that uses the store; the kernel frees it with its owner
    supervisor.lock  locked by the supervisor, so there is one for each folder
    s3.json          the random credentials, in the form that weed reads
    security.toml    the random keys with which weed's parts know each other; made by the app, as the next one
    grpc.pem         the certificate that both ends of their gRPC connections must have
    ports.json       the ports in use; kept between starts, so that signed links and browser caches survive
    weed.pid         the server's process
    store.log        what weed says
    data/            the objects

Every port is on loopback, and serves nobody who has not read these files: neither browsers nor other users.
"""

import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

if sys.platform != "win32":
    import fcntl

HOST: Final = "127.0.0.1"
USERS_LOCK, SUPERVISOR_LOCK, LOG = "users.lock", "supervisor.lock", "store.log"
CREDENTIALS, SECURITY, PORTS = "s3.json", "security.toml", "ports.json"
CERTIFICATE: Final = "grpc.pem"
DATA, PID = "data", "weed.pid"
TAKEN: Final = 3
"""Exit status: another supervisor has the folder."""

_ROLES = ("s3", "master", "volume", "filer", "admin")
GRPC_OFFSET: Final = 10_000  # weed's own convention; its admin worker knows no other
_PORT_RANGE = range(11_000, 21_000)  # with the offset, below what systems hand out
_POLL_S = 0.2
_GRACE_S = 3.0  # on TERM weed may take half a minute; KILL loses nothing
_SETTLED_S = 10.0
_ATTEMPTS = 3
_LOG_MAX_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1  # https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html

_FLAGS = (
    f"-dir={DATA}",
    f"-s3.config={CREDENTIALS}",
    f"-ip={HOST}",
    f"-ip.bind={HOST}",
    "-disableHttp",  # closes the filer's and the master's HTTP, which would delete for anybody
    "-master.resumeState=false",  # else a restarted one elects itself for seconds, and no read works
    "-master.telemetry=false",
    "-admin.ui=false",
    "-webdav=false",
    "-volume.preStopSeconds=0",  # no other server to tell; ends in time
    "-s3.iam=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
    "-s3.allowDeleteBucketNotEmpty=false",
)


def take_lock(path: Path, *, shared: bool) -> int | None:
    """Lock a file without waiting; the descriptor holds it until closed. None: somebody has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if _locked(descriptor, shared=shared):
        return descriptor
    os.close(descriptor)
    return None


def write_once(path: Path, make: Callable[[], str]) -> str:
    """Give the file's text; made now, private and whole, if it is missing. Racing processes get the same."""
    if not path.exists():
        draft = _draft(path, make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def main(weed: str) -> int:
    """Keep the store of the working directory, detached. The first process returns at once: 0 or TAKEN."""
    os.umask(0o077)
    if take_lock(Path(SUPERVISOR_LOCK), shared=False) is None:
        return TAKEN
    if os.fork():
        return 0
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.signal(signal.SIGTERM, _leave)
    write_once(Path(CREDENTIALS), _new_credentials)
    os.makedirs(DATA, exist_ok=True)
    _end_orphan()
    _keep(weed)
    return 0


def _keep(weed: str) -> None:
    users = os.open(USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    failures = 0
    while failures < _ATTEMPTS:
        ports = _choose_ports()
        started_s = time.monotonic()
        process = _start(weed, ports)
        try:
            replace(Path(PID), str(process.pid))
            while process.poll() is None:
                gone = not os.fstat(users).st_nlink  # somebody removed the folder
                if gone or _locked(users, shared=False):
                    return
                if os.fstat(1).st_size > _LOG_MAX_BYTES:
                    os.truncate(1, 0)
                time.sleep(_POLL_S)
        finally:
            _end(process, ports)
        failures = 1 if time.monotonic() - started_s > _SETTLED_S else failures + 1


def _start(weed: str, ports: dict[str, int]) -> subprocess.Popen[bytes]:
    Path(DATA, "mini.options").unlink(missing_ok=True)  # an earlier run's flags, which weed would add
    flags = [f"-{role}.port={port}" for role, port in ports.items()]
    flags += [f"-{role}.port.grpc={port + GRPC_OFFSET}" for role, port in ports.items()]
    return subprocess.Popen(  # noqa: S603 - our own binary and flags
        [weed, "-logtostderr", "mini", *_FLAGS, *flags],
        env={"HOME": os.getcwd(), "PATH": os.defpath, "GOMEMLIMIT": "400MiB"},
        stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _end_orphan() -> None:
    """End the weed of a supervisor that was killed, where the kernel has not done so (macOS)."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        pid, port = int(Path(PID).read_text()), json.loads(Path(PORTS).read_text())["s3"]
        ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        while f" -s3.port={port} " in subprocess.run(ps, capture_output=True, text=True, check=False).stdout:  # noqa: S603
            os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL_S)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], ports: dict[str, int]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for port in ports.values():  # a killed weed leaves its sockets
        for number in (port, port + GRPC_OFFSET):
            for found in Path("/tmp").glob(f"seaweedfs-*-{number}.sock"):  # noqa: S108 - weed's own choice
                found.unlink(missing_ok=True)


def _choose_ports() -> dict[str, int]:
    """The ports of the last time, each replaced by a random one if it is taken now."""
    try:
        kept = json.loads(Path(PORTS).read_text())
    except (OSError, ValueError):
        kept = {}
    ports: dict[str, int] = {}
    for role in _ROLES:
        port = kept.get(role, 0)
        while port not in _PORT_RANGE or port in ports.values() or not _both_free(port):
            port = _PORT_RANGE[secrets.randbelow(len(_PORT_RANGE))]
        ports[role] = port
    if ports != kept:
        replace(Path(PORTS), json.dumps(ports))
    return ports


def _both_free(port: int) -> bool:
    return _free(port) and _free(port + GRPC_OFFSET)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _new_credentials() -> str:
    pair = {"accessKey": f"local{secrets.token_hex(8)}", "secretKey": secrets.token_urlsafe(30)}
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    return json.dumps({"identities": [{"name": "uploader", "credentials": [pair], "actions": actions}]})


def replace(path: Path, text: str) -> None:
    """Write a private file, whole or not at all, in place of one that is there."""
    _draft(path, text).replace(path)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _locked(descriptor: int, *, shared: bool) -> bool:
    if sys.platform == "win32":
        raise NotImplementedError  # never reached: start_local_store refuses Windows with a sentence first
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
