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

from uploader.flow import application as wired
from uploader.flow.finding import Filters
from uploader.flow.gallery import Gallery
from uploader.presign import new_key
from uploader.storage.bucket import Bucket

MAIN = Path(__file__).parents[2] / "uploader" / "ui" / "main.py"
STEP = timedelta(minutes=3)


def seed(bucket: Bucket, start: int, stop: int, now: datetime) -> None:
    """Objects number `start` to `stop`, each three minutes older than the one before."""

    def put(number: int) -> None:
        key = new_key("a.jpg", "jpg", now=now - number * STEP, token=secrets.token_hex(16))
        bucket.put(key, b"x", content_type="image/jpeg")

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(put, range(start, stop)))


def median_ms(work: Callable[[int], object], runs: int = 60) -> float:
    took = []
    for run in range(runs):
        started = time.perf_counter()
        work(run)
        took.append((time.perf_counter() - started) * 1_000)
    return statistics.median(took)


def rss_mb() -> float:
    """What this process holds in memory just now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(bucket: Bucket, count: int, now: datetime) -> dict[str, float]:
    """Milliseconds of a first page, a jump to any date, and one page up without memory of the way.

    Each page is somebody's first: all its links are signed.
    """
    size = 24

    def fresh() -> Gallery:
        return Gallery(bucket, link_expires_s=3_600)

    gallery = fresh()
    found = {"first page": median_ms(lambda _: fresh().page(size=size))}
    cursors = [gallery.moment(now - STEP * ((count - 80) * n // 60 + 50)) for n in range(60)]
    found["jump to a date"] = median_ms(lambda run: fresh().page(cursor=cursors[run], size=size))
    likes = [gallery.page(cursor=cursor, size=size) for cursor in cursors]
    found["newer, no trail"] = median_ms(lambda run: gallery.newer(cursors[run], size=size, like=likes[run]))
    return found


def page_of_the_app() -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60).run()
    return page.switch_page("gallery.py").run()


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
            seed(app.bucket, 0, 200, now)
            few = measure(app.bucket, 200, now)
            seed(app.bucket, 200, many, now)
            lots = measure(app.bucket, many, now)
            for name, ms in lots.items():
                print(
                    f"{name:16} {few[name]:6.1f} ms at 200   {ms:6.1f} ms at {many:,}   x{ms / few[name]:.2f}"
                )
            started = time.perf_counter()
            read = app.gallery.page(filters=Filters(words=("nowhere",))).read
            print(f"search           {read:,} images read in {time.perf_counter() - started:.2f} s")
            st.cache_data.clear()
            empty = AppTest.from_string("import streamlit as st\nst.title('x')")
            page = page_of_the_app()
            base, warm = median_ms(lambda _: empty.run()), median_ms(lambda _: page.run())
            print(f"warm rerun       {warm:.1f} ms, of it {base:.1f} ms of an empty page (aim: 15 ms more)")
            print(f"200 pages        {walk(200):+.1f} MB (aim: under 20 MB)")
        finally:
            wired.close_application()


if __name__ == "__main__":
    main()
