"""The app as a process of its own, on a free port, with a local store in its folder."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from uploader.storage.bucket import Bucket
from uploader.storage.local import start_local_store

ROOT = Path(__file__).resolve().parents[2]
HOST = "tests/browser/host/dashboard.py"
MAIN = ROOT / "uploader" / "ui" / "main.py"
READY_WITHIN_S = 60
STOP_WITHIN_S = 10


@dataclass
class AppServer:
    """One `streamlit run`, on a port that stays the same when it is started again."""

    folder: Path
    script: Path
    port: int
    env: dict[str, str]
    command: tuple[str, ...] = ()
    """What starts it, in its own folder; empty for the script of this checkout."""
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = field(default=0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("app-*.log")))

    @property
    def store_url(self) -> str:
        """Where the local store listens."""
        with start_local_store(self.folder / "store") as running:
            return running.store.endpoint_url

    @contextmanager
    def bucket(self) -> Iterator[Bucket]:
        """The local store's bucket, to look into and to change its rules."""
        with start_local_store(self.folder / "store") as running:
            store = running.store
            keys = {"access_key": store.access_key, "secret_key": store.secret_key}
            yield Bucket.open(store.bucket, region=store.region, endpoint_url=store.endpoint_url, **keys)

    def stored(self, prefix: str = "images/") -> list[str]:
        """What the bucket holds under `prefix`."""
        with self.bucket() as bucket:
            return [stored.key for stored in bucket.list(prefix).objects]

    def start(self) -> None:
        """Starts it and waits until its routes answer."""
        self.starts += 1
        command = self.command or (sys.executable, "-m", "streamlit", "run", str(self.script))
        options = [f"--server.port={self.port}", "--server.address=127.0.0.1", "--server.headless=true"]
        options += ["--server.fileWatcherType=none"]
        with (self.folder / f"app-{self.starts}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *options],
                cwd=self.folder if self.command else ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the app did not start:\n{self.log}")
            time.sleep(0.1)

    def stop(self, *, kill: bool = False) -> None:
        """Ends it, at once with `kill`. The local store ends by itself with its last user."""
        if self.process is None:
            return
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=5) as answer:
                return answer.headers.get_content_type() == "application/json"
        except urllib.error.HTTPError as error:
            error.close()
            return error.code == 503  # it is up; the page says what is wrong
        except OSError:
            return False


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def python_path(env: dict[str, str]) -> str:
    """The module path of a process that must find this checkout."""
    return os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH", "")]))
