"""Real Chromium against the real app: one browser, and servers on free ports with folders of their own.

def test_something(app_server, page):
    server = app_server()              # dashboard.py with an empty local store
    page.goto(server.url)
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from uploader.storage.bucket import Bucket
from uploader.storage.local import start_local_store

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "") or shutil.which("chromium") or "/usr/bin/chromium"
HOST = "tests/browser/host/dashboard.py"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
FLAGS += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
READY_WITHIN_S = 60
STOP_WITHIN_S = 10

expect.set_options(timeout=20_000)  # a loaded machine is slow, and that is no fault of the page


@dataclass
class AppServer:
    """One `streamlit run`, on a port that stays the same when it is started again."""

    folder: Path
    script: Path
    port: int
    env: dict[str, str]
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
        command = [sys.executable, "-m", "streamlit", "run", str(self.script)]
        options = [f"--server.port={self.port}", "--server.address=127.0.0.1", "--server.headless=true"]
        options += ["--server.fileWatcherType=none"]
        with (self.folder / f"app-{self.starts}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *options], cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; skipped where there is none, except in CI."""
    if not Path(CHROMIUM).exists():
        sentence = "no Chromium: apt-get install chromium, or name one with CHROMIUM=/path/to/chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile."""
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab whose uncaught script errors and breaches of the Content-Security-Policy fail the test."""
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on(
        "console", lambda message: "Content Security Policy" in message.text and faults.append(message.text)
    )
    yield made
    assert not faults, faults


@pytest.fixture(scope="session")
def app_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., AppServer]]:
    """Makes servers that live until the session ends: `app_servers(UPLOADER_MAX_BYTES="1000")`."""
    made: list[AppServer] = []

    def make(*, script: str = "dashboard.py", folder: Path | None = None, **env: str) -> AppServer:
        folder = folder or tmp_path_factory.mktemp("app")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UPLOADER_")}
        mine = {**clean, "PYTHONPATH": _path(clean), "UPLOADER_LOCAL_DIR": str(folder / "store"), **env}
        server = AppServer(folder, ROOT / script, free_port(), mine)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def app_server(app_servers: Callable[..., AppServer]) -> Iterator[Callable[..., AppServer]]:
    """The same for one test: what it made is stopped when the test ends."""
    made: list[AppServer] = []

    def make(**options: Any) -> AppServer:
        made.append(app_servers(**options))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def host(app_servers: Callable[..., AppServer]) -> AppServer:
    """The small app around the browser uploader, shared: nobody may break it."""
    return app_servers(script=HOST)


def _path(env: dict[str, str]) -> str:
    return os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH", "")]))
