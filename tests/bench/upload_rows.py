"""Files from their choice in a real browser to all stored: this project, the plain page, curl and decodes."""

import io
import os
import random
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.bench.bench_direct import other
from tests.bench.bench_images import bare_draft
from tests.bench.bench_server_upload import by_curl, photo
from tests.bench.browser_run import BatchRun, run_batch
from tests.bench.table import FLOOR, INSTEAD, OURS, Figures, Work
from tests.support.app_server import ROOT, AppServer, free_port
from tests.support.chromium import CHROMIUM, FLAGS
from uploader.flow.app import Application, open_application
from uploader.settings import Settings
from uploader.storage.local import start_local_store

_WITHIN_MS: Final = 600_000
_fresh: Final = count(1)


def small_picture(seed: int) -> bytes:
    """An 800 x 600 JPEG of about 120 KB."""
    soft = Image.frombytes("RGB", (8, 6), random.Random(seed).randbytes(144)).resize((800, 600), 3)
    noise = Image.effect_noise((800, 600), 22)
    out = io.BytesIO()
    Image.blend(soft, Image.merge("RGB", (noise, noise, noise)), 0.35).save(out, "JPEG", quality=84)
    return out.getvalue()


class PlainServer(AppServer):
    """The plain page's server, which has no routes of ours."""

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


class Uploads:
    """One store, two servers and a browser for all rounds of all sides."""

    def __init__(
        self, folder: Path, app: Application, ours: AppServer, plain: AppServer, browser: Browser
    ) -> None:
        self.folder, self.app, self.ours, self.plain, self.browser = folder, app, ours, plain, browser
        self.last = BatchRun()

    def files(self, kinds: list[bytes], number: int) -> list[Path]:
        """So many files that the bucket does not have yet."""
        paths = []
        for place in range(number):
            serial = next(_fresh)
            paths.append(self.folder / f"{serial}.jpg")
            paths[-1].write_bytes(other(kinds[place % len(kinds)], serial % 60_000))
        return paths

    def by_us(self, paths: list[Path]) -> Figures:
        """From the choice of the files to the first, half and all stored."""
        self.last = run = run_batch(self.browser, self.ours, paths)
        return {"first stored (s)": run.first_s, "half stored (s)": run.half_s, "all stored (s)": run.all_s}

    def by_plain_page(self, paths: list[Path]) -> Figures:
        """The same until the plain page says that it stored them all."""
        page = self.browser.new_page()
        page.goto(self.plain.url)
        page.get_by_text("0 stored in this session").wait_for(timeout=_WITHIN_MS)
        started = time.perf_counter()
        page.locator("input[type=file]").set_input_files([str(path) for path in paths])
        page.get_by_text(f"{len(paths)} stored in this session", exact=True).wait_for(timeout=_WITHIN_MS)
        took_s = time.perf_counter() - started
        page.close()
        return {"all stored (s)": took_s}

    def by_curl_and_decodes(self, paths: list[Path]) -> Figures:
        """curl's exact forms and a bare decode of each file, side by side: nobody can be faster."""
        started = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            decodes = [pool.submit(bare_draft, path.read_bytes()) for path in paths]
            by_curl(self.app, paths)
            for decode in decodes:
                decode.result()
        return {"all stored (s)": time.perf_counter() - started}

    def work(self, name: str, kinds: list[bytes], number: int, rounds: int) -> Work:
        """So many files of these kinds as one piece of work."""
        return Work(
            name,
            {
                OURS: lambda: self.by_us(self.files(kinds, number)),
                INSTEAD: lambda: self.by_plain_page(self.files(kinds, number)),
                FLOOR: lambda: self.by_curl_and_decodes(self.files(kinds, number)),
            },
            rounds,
            self.profile,
        )

    def profile(self) -> Figures:
        """Where the last batch's time went, and its counts."""
        run = self.last
        cpu = {f"CPU of {kind} (s)": seconds for kind, seconds in run.cpu_s.most_common()}
        counts = {"reports to the page": run.reports, "sent and not verified, at most": run.most_unverified}
        traffic = {"to the page (KB)": run.to_page_kb, "thumbnails fetched": run.thumbnails}
        return {**cpu, **counts, **traffic, **run.metrics}


@contextmanager
def uploads(folder: Path) -> Iterator[Uploads]:
    """Starts all that the sides need."""
    with ExitStack() as stack:
        env = {**os.environ, "UPLOADER_LOCAL_DIR": str(folder / "store"), "PYTHONPATH": str(ROOT)}
        app = open_application(Settings.load(local_dir=folder / "store"))
        stack.callback(app.close)
        running = stack.enter_context(start_local_store(folder / "store"))
        store = running.store
        env |= {"PLAIN_BUCKET": store.bucket, "PLAIN_ENDPOINT": store.endpoint_url}
        env |= {"AWS_ACCESS_KEY_ID": store.access_key, "AWS_SECRET_ACCESS_KEY": store.secret_key}
        (folder / "plain").mkdir()
        ours = AppServer(folder, ROOT / "dashboard.py", free_port(), env)
        plain = PlainServer(folder / "plain", ROOT / "tests" / "bench" / "plain_page.py", free_port(), env)
        for server in (ours, plain):
            stack.callback(server.stop)
            server.start()
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.callback(browser.close)
        ready = Uploads(folder, app, ours, plain, browser)
        warm = [small_picture(seed) for seed in range(3)]
        ready.by_us(ready.files(warm, 3))
        ready.by_plain_page(ready.files(warm, 3))
        yield ready


def upload_works(ready: Uploads, *, quick: bool) -> list[Work]:
    """Photographs and many small files."""
    photos = [photo((3 if quick else 5) * 2**20, seed) for seed in range(1 if quick else 4)]
    smalls = [small_picture(seed) for seed in range(20)]
    many, few, rounds = (20, 4, 1) if quick else (300, 40, 3)
    return [
        ready.work("1 photograph", photos, 1, rounds),
        ready.work(f"{few} photographs of {len(photos[0]) / 2**20:.0f} MB", photos, few, rounds),
        ready.work(f"{many} files of {len(smalls[0]) / 1024:.0f} KB", smalls, many, rounds),
    ]
