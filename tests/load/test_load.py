"""Fifty people at once, with the worst legal pictures among theirs, against the real app.

The short form takes half a minute; `LOAD_MINUTES=10 pytest -s tests/load` is the long one. The figures are
printed; what is asserted are bounds that only a fault breaks.
"""

import hashlib
import io
import os
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from tests.browser.conftest import AppServer, app_server, app_servers  # noqa: F401
from tests.conftest import picture
from uploader.presign import Signer

MINUTES = float(os.environ.get("LOAD_MINUTES", "0"))
PEOPLE, WORST = 50, 20
SECRET = "a secret for the load test, long enough for anybody"
SPARE_BYTES = 300 * 2**20
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="reads /proc")]


@dataclass(frozen=True)
class Level:
    """What the server's process holds at a moment."""

    rss_bytes: int
    files: int
    children: int
    temporary: int


def level(server: AppServer) -> Level:
    assert server.process
    home = Path("/proc") / str(server.process.pid)
    children = [task.read_text().split() for task in home.glob("task/*/children")]
    pages = int((home / "statm").read_text().split()[1])
    temporary = sum(path.is_file() for path in (server.folder / "tmp").rglob("*"))
    return Level(
        pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir(home / "fd")), sum(map(len, children)), temporary
    )


def worst(number: int) -> tuple[bytes, str]:
    """One of the heaviest pictures that are allowed: a large WebP, or 16 bits of noise-free grey."""
    side = (8_000, 6_000) if MINUTES else (2_400, 1_800)
    out = io.BytesIO()
    if number % 2:
        Image.linear_gradient("L").resize(side).convert("I;16").save(out, "PNG", compress_level=1)
        return out.getvalue(), "image/png"
    grey = Image.linear_gradient("L").resize(side)
    Image.merge("RGB", (grey, grey, grey)).save(out, "WEBP", quality=60, method=0)
    return out.getvalue(), "image/webp"


class Person:
    """Uploads as the page does: ask for a form, post, hand in the ticket; comes again when told to."""

    def __init__(self, server: AppServer, name: str) -> None:
        self._url = f"{server.url}/api/uploads"
        bearer = Signer(SECRET).mint_pass(name, now=datetime.now(UTC))
        self._headers = {"Authorization": f"Bearer {bearer}"}

    def upload(self, data: bytes, content_type: str) -> str:
        """The key of the image in the gallery."""
        digest = hashlib.sha256(data).hexdigest()
        claim = {"name": "load.jpg", "size": len(data), "sha256": digest, "type": content_type}
        begun = self._ask("", claim)
        form, files = begun["fields"], {"file": ("f", data)}
        assert requests.post(begun["url"], data=form, files=files, timeout=120).status_code == 201
        return str(self._ask("/complete", {"ticket": begun["ticket"]})["key"])

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        for _ in range(200):
            answer = requests.post(self._url + path, json=body, headers=self._headers, timeout=120)
            if answer.status_code not in (429, 503):
                break
            time.sleep(float(answer.headers["Retry-After"]))
        assert answer.ok, answer.text
        return answer.json()


class Watch:
    """Asks for the server's health without pause, and remembers how long each answer took."""

    def __init__(self, server: AppServer) -> None:
        self.took_s: list[float] = []
        self._url, self._over = f"{server.url}/_stcore/health", threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._over.wait(0.1):
            started_s = time.monotonic()
            assert requests.get(self._url, timeout=60).ok
            self.took_s.append(time.monotonic() - started_s)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)


def test_fifty_people_and_the_worst_pictures(
    app_server: Callable[..., AppServer],  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "tmp").mkdir()
    server = app_server(folder=tmp_path, UPLOADER_SECRET_KEY=SECRET, TMPDIR=str(tmp_path / "tmp"))
    people = [Person(server, f"person-{number}") for number in range(PEOPLE)]
    heavy = [worst(number) for number in range(2)]
    keys: list[str] = []

    def day(number: int) -> list[str]:
        small = picture(640, 480, color=f"#{number * 5:02x}40c0"), "image/jpeg"
        load = [small, heavy[number % 2]] if number < WORST else [small, small]
        return [people[number].upload(*one) for one in load]

    with ThreadPoolExecutor(PEOPLE) as pool:
        keys += [key for found in pool.map(day, range(4)) for key in found]
        before = level(server)
        end_s = time.monotonic() + MINUTES * 60
        rounds = 0
        with Watch(server) as watch:
            while rounds == 0 or time.monotonic() < end_s:
                keys += [key for found in pool.map(day, range(PEOPLE)) for key in found]
                rounds += 1
    after = settled(server, before)
    slowest, usual = max(watch.took_s), statistics.median(watch.took_s)
    print(f"\n{len(keys)} images, {rounds} rounds; health: {len(watch.took_s)} answers, median ", end="")
    print(f"{usual * 1e3:.0f} ms, slowest {slowest * 1e3:.0f} ms\nbefore {before}\nafter  {after}")
    assert len(set(keys)) == len(keys)
    assert stored(server, "images/") >= set(keys)
    assert stored(server, "incoming/") == set()
    assert slowest < 20, "a page that nobody can use"
    assert after.rss_bytes < before.rss_bytes + SPARE_BYTES
    assert after.temporary <= before.temporary
    assert after.children <= max(before.children, os.cpu_count() or 1)
    assert after.files < before.files + 64, "connections are pooled: at most 32 to the bucket"


def settled(server: AppServer, before: Level) -> Level:
    """The level once kept connections and idle children had time to go, at most a minute later."""
    deadline_s = time.monotonic() + (70 if MINUTES else 15)
    while (found := level(server)).files > before.files and time.monotonic() < deadline_s:
        time.sleep(0.5)
    return found


def stored(server: AppServer, prefix: str) -> set[str]:
    """Every key under `prefix`, over all pages of the listing."""
    found: list[str] = []
    with server.bucket() as bucket:
        while True:
            listing = bucket.list(prefix, start_after=found[-1] if found else "")
            found += [one.key for one in listing.objects]
            if not listing.more:
                return set(found)
