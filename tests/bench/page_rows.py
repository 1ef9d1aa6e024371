"""Work without a browser: the check, the pages' scripts, the gallery, the requests of an upload."""

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from streamlit.testing.v1 import AppTest

from tests.bench.bench_gallery import FEW, one_round, seed
from tests.bench.bench_images import bare_draft, cpu_ms, load_then_resize
from tests.bench.bench_images import picture as photograph
from tests.bench.table import FLOOR, INSTEAD, OURS, Figures, Work
from tests.support.flow import Held, claim, post_like_a_browser, scene
from tests.support.request_log import RequestLog
from uploader.flow import app as wired
from uploader.flow.app import Application
from uploader.images.check import check

MAIN: Final = Path(__file__).parents[2] / "uploader" / "ui" / "main.py"
_DEAR_USD: Final = 0.005 / 1_000  # PUT, COPY, POST and LIST; https://aws.amazon.com/s3/pricing/, us-east-1
_CHEAP_USD: Final = 0.0004 / 1_000  # GET and HEAD; a DELETE is free


def check_work(*, quick: bool) -> Work:
    """The check of a 12-megapixel JPEG, its metadata removed and its thumbnail made, in CPU."""
    data = photograph()
    return Work(
        "Check of a 12 Mpx JPEG",
        {
            OURS: lambda: {"CPU (ms)": cpu_ms(lambda: check(data, strip=True))},
            INSTEAD: lambda: {"CPU (ms)": cpu_ms(lambda: load_then_resize(data))},
            FLOOR: lambda: {"CPU (ms)": cpu_ms(lambda: bare_draft(data))},
        },
        3 if quick else 15,
    )


@contextmanager
def local_app(folder: Path) -> Iterator[Application]:
    """The application of this process on a store of its own."""
    logging.disable(logging.WARNING)
    os.environ["UPLOADER_LOCAL_DIR"] = str(folder)
    try:
        yield wired.application()
    finally:
        wired.close_application()
        del os.environ["UPLOADER_LOCAL_DIR"]
        logging.disable(logging.NOTSET)


def page_works(app: Application, *, quick: bool) -> list[Work]:
    """Reruns against an empty page, a page of the gallery at many against few, an upload's requests."""
    for number in range(24):
        app.server_uploads.upload(scene(number), f"{number}.jpg", who="")
    rounds, many = (5, 1_000) if quick else (50, 100_000)
    empty = AppTest.from_string("import streamlit as st\nst.title('x')")
    upload = AppTest.from_file(str(MAIN), default_timeout=60).run()
    gallery = AppTest.from_file(str(MAIN), default_timeout=60).run().switch_page("gallery/page.py").run()

    def rerun(page: AppTest) -> Figures:
        started = time.perf_counter()
        page.run()
        return {"one run (ms)": (time.perf_counter() - started) * 1_000}

    reruns = [
        Work(name, {OURS: lambda page=page: rerun(page), FLOOR: lambda: rerun(empty)}, rounds)  # type: ignore[misc]
        for name, page in (("Rerun of the upload page", upload), ("Rerun of the gallery", gallery))
    ]
    return [*reruns, _gallery_work(app, many, rounds), Work("1 upload", {OURS: lambda: _requests(app)}, 1)]


def _gallery_work(app: Application, many: int, rounds: int) -> Work:
    now = datetime.now(UTC)
    seed(app.bucket, FEW, now, "few/")
    seed(app.bucket, many, now, "many/")

    def at(prefix: str, number: int) -> Figures:
        first, jump, _ = one_round(app.bucket, prefix, number, 30, now)
        return {"first page (ms)": first, "jump to a date (ms)": jump}

    sides = {OURS: lambda: at("many/", many), FLOOR: lambda: at("few/", FEW)}
    return Work(f"Gallery of {many:,}, the floor at {FEW}", sides, rounds)


def _requests(app: Application) -> Figures:
    """Requests to S3 of one upload straight from the browser, its POST and what follows the answer too."""
    after = app.uploads.background = Held()
    for number in range(2):  # the first one of a process also tries whether the store pins copies
        log, data = RequestLog(app.bucket), scene(1_000 + number)
        begun = app.uploads.begin(claim(data), who="")
        post_like_a_browser(begun, data)
        app.uploads.complete(begun.ticket, who="")
        until_answer = log.take() + Counter({"POST": 1})
        after.close()
        sent = until_answer + log.take()
    return {
        "requests until the answer": until_answer.total(),
        "of them for what looks alike": until_answer["LIST index"] - 1,
        "requests in all": sent.total(),
        "1,000 such uploads at AWS's list price (USD)": sum(map(_price_usd, sent.elements())) * 1_000,
    }


def _price_usd(call: str) -> float:
    kind = call.partition(" ")[0]
    return 0 if kind == "DELETE" else _CHEAP_USD if kind in ("GET", "HEAD") else _DEAR_USD
