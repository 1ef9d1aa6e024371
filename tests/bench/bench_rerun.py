"""A warm rerun of the pages: milliseconds in the script, against an empty page in the same run.

    python tests/bench/bench_rerun.py [--runs 50]

AppTest's own reading of the result is in the figures, so the script itself is faster; the empty page shows
by how much. Browser tests prove that no picture is fetched again.
"""

import argparse
import io
import logging
import os
import statistics
import tempfile
import time
from pathlib import Path

from PIL import Image
from streamlit.testing.v1 import AppTest

from uploader.flow import app as wired

MAIN = Path(__file__).parents[2] / "uploader" / "ui" / "main.py"


def median_ms(page: AppTest, runs: int) -> float:
    """The median of so many warm reruns."""
    page.run()
    assert not page.exception
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        page.run()
        took.append((time.perf_counter() - started) * 1_000)
    return statistics.median(took)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=50)
    runs = options.parse_args().runs
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UPLOADER_LOCAL_DIR"] = folder
        app = wired.application()
        try:
            for number in range(24):
                out = io.BytesIO()
                Image.new("RGB", (640, 480), (number * 10, 80, 120)).save(out, "JPEG")
                app.server_uploads.upload(out.getvalue(), f"{number}.jpg", who="")
            empty = median_ms(AppTest.from_string("import streamlit as st\nst.title('x')"), runs)
            upload = median_ms(AppTest.from_file(str(MAIN), default_timeout=30), runs)
            page = AppTest.from_file(str(MAIN), default_timeout=30).run()
            gallery = median_ms(page.switch_page("gallery/page.py"), runs)
        finally:
            wired.close_application()
    print(f"empty page                {empty:6.1f} ms")
    print(f"upload page, 12 tiles     {upload:6.1f} ms   {upload - empty:+.1f} ms (aim: under 15 ms)")
    print(f"gallery page, 24 tiles    {gallery:6.1f} ms   {gallery - empty:+.1f} ms (aim: under 15 ms)")


if __name__ == "__main__":
    main()
