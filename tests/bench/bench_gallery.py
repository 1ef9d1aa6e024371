"""The gallery at 200 and at many objects on the real local store, in one run.

    python tests/bench/bench_gallery.py [--objects 100000]

A page and a jump are to take at most 1.5 times as long at many as at 200; a warm rerun of the page under
15 ms in the script; 200 pages under 20 MB more memory. Seeding does about 500 objects a second.
"""

import argparse
import logging
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from uploader.flow import app as wired
from uploader.flow.catalog.layout import Layout
from uploader.flow.gallery.gallery import Gallery
from uploader.flow.gallery.search import Filters
from uploader.presign import new_key
from uploader.storage.bucket import Bucket

MAIN = Path(__file__).parents[2] / "uploader" / "ui" / "main.py"
STEP = timedelta(minutes=3)
FEW = 200
RUNS = 60


def seed(bucket: Bucket, count: int, now: datetime, prefix: str) -> None:
    """So many objects, each three minutes older than the one before."""

    def put(number: int) -> None:
        moment, token = now - number * STEP, secrets.token_hex(16)
        key = new_key("a.jpg", "jpg", now=moment, token=token, prefix=f"{prefix}images/")
        bucket.put(key, b"x", content_type="image/jpeg")

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(put, range(count)))


def took_ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def median_ms(work: Callable[[], object]) -> float:
    return statistics.median(took_ms(work) for _ in range(RUNS))


def rss_mb() -> float:
    """What this process holds in memory just now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def one_round(bucket: Bucket, prefix: str, count: int, run: int, now: datetime) -> list[float]:
    """Milliseconds of a first page, a jump to a date, and a page up without memory of the way.

    Each page is somebody's first: all its links are signed.
    """

    def fresh() -> Gallery:
        return Gallery(bucket, link_expires_s=3_600, layout=Layout(prefix))

    gallery = fresh()
    cursor = gallery.cursor_at(now - STEP * ((count - 80) * run // RUNS + 50))
    like = gallery.page(cursor=cursor)
    return [
        took_ms(lambda: fresh().page()),
        took_ms(lambda: fresh().page(cursor=cursor)),
        took_ms(lambda: gallery.newer(cursor, size=24, like=like)),
    ]


def compare(bucket: Bucket, many: int, now: datetime) -> None:
    """Both sizes in turns, so that what else the machine does meets both alike."""
    seed(bucket, FEW, now, "few/")
    seed(bucket, many, now, "")
    sizes = {"few/": FEW, "": many}
    rounds: dict[str, list[list[float]]] = {prefix: [] for prefix in sizes}
    for run in range(RUNS):
        for prefix, count in sizes.items():
            rounds[prefix].append(one_round(bucket, prefix, count, run, now))
    for place, name in enumerate(("first page", "jump to a date", "newer, no trail")):
        few, lots = (statistics.median(found[place] for found in rounds[prefix]) for prefix in sizes)
        print(f"{name:16} {few:6.1f} ms at {FEW}   {lots:6.1f} ms at {many:,}   x{lots / few:.2f}")


def page_of_the_app() -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60).run()
    return page.switch_page("gallery/page.py").run()


def walk(pages: int) -> float:
    """How much memory so many pages of the app add, in MB."""
    page = page_of_the_app()
    before = rss_mb()
    for _ in range(pages):
        page.button(key="older").click().run()
    return rss_mb() - before


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--objects", type=int, default=100_000)
    many = options.parse_args().objects
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UPLOADER_LOCAL_DIR"] = folder
        app, now = wired.application(), datetime.now(UTC)
        try:
            compare(app.bucket, many, now)
            started = time.perf_counter()
            read = app.gallery.page(filters=Filters(words=("nowhere",))).read
            print(f"search           {read:,} images read in {time.perf_counter() - started:.2f} s")
            st.cache_data.clear()
            empty = AppTest.from_string("import streamlit as st\nst.title('x')")
            page = page_of_the_app()
            base, warm = median_ms(empty.run), median_ms(page.run)
            print(f"warm rerun       {warm:.1f} ms, of it {base:.1f} ms of an empty page (aim: 15 ms more)")
            print(f"200 pages        {walk(200):+.1f} MB (aim: under 20 MB)")
        finally:
            wired.close_application()


if __name__ == "__main__":
    main()
