"""Straight from the browser: 40 x 5 MB in real Chromium against curl, and what the app itself has of it.

    python tests/bench/bench_direct.py [--files 40] [--megabytes 5] [--metadata]

`sending` is the time that the three lanes spent in their POSTs, as the browser saw it (the sum, over three);
curl sends the same files by exact forms that were signed beforehand, three at a time, in the same run.
`span` is from the first POST to the end of the last one, with the hashing and signing between them.
Memory is the app process's own peak (its checking children and the store apart) over what it held before;
bytes are what the browser sent to the app, HTTP bodies and websocket frames together.
With `--metadata` every file carries some, so that what is stored is not what was sent.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.bench_server_upload import by_curl, photo
from tests.support.app_server import ROOT, AppServer, free_port
from tests.support.chromium import CHROMIUM, FLAGS
from uploader.flow.app import open_application
from uploader.settings import Settings


def status_mb(pid: int, name: str) -> float:
    """A line of /proc/PID/status, in MB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def send_all(page: Page, server: AppServer, paths: list[Path]) -> dict[str, Any]:
    """Gives the files to the drop zone and waits until every one is stored."""
    got = {"bytes": 0}

    def count(request: Any) -> None:
        if request.url.startswith(server.url):
            got["bytes"] += len(request.post_data_buffer or b"")

    def frames(socket: Any) -> None:
        def sent(payload: str | bytes) -> None:
            got["bytes"] += len(payload)

        socket.on("framesent", sent)

    times: list[tuple[float, float]] = []

    def ended(request: Any) -> None:
        if request.method == "POST" and not request.url.startswith(server.url):
            start_ms = request.timing["startTime"]
            times.append((start_ms, start_ms + request.timing["responseEnd"]))

    page.on("request", count)
    page.on("requestfinished", ended)
    page.on("websocket", frames)
    page.goto(server.url)
    page.get_by_text("Drop, paste or choose images").wait_for()
    time.sleep(2)
    assert server.process
    pid = server.process.pid
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    before, got["bytes"] = status_mb(pid, "VmRSS"), 0
    started = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files([str(path) for path in paths])
    page.get_by_text(f"{len(paths)} uploaded").first.wait_for(timeout=600_000)
    whole = time.perf_counter() - started
    sending = sum(end - start for start, end in times) / 3 / 1_000
    return {
        "whole": whole,
        "sending": sending,
        "span": (max(end for _, end in times) - min(start for start, _ in times)) / 1_000,
        "posts": len(times),
        "bytes": got["bytes"],
        "peak": status_mb(pid, "VmHWM") - before,
        "after": status_mb(pid, "VmRSS") - before,
    }


COMMENT = b"\xff\xfe\x00\x0ea comment..."
"""What the check takes off: a JPEG's COM segment."""


def other(jpeg: bytes, number: int, *, metadata: bool = False) -> bytes:
    """The same picture as another file, by its JFIF density: what is there already would not be sent."""
    return jpeg[:14] + (number + 1).to_bytes(2, "big") * 2 + jpeg[18:20] + COMMENT * metadata + jpeg[20:]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=40)
    options.add_argument("--megabytes", type=float, default=5)
    options.add_argument("--metadata", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kinds = [photo(int(asked.megabytes * 2**20), seed) for seed in range(4)]
        paths = [Path(folder, f"{number}.jpg") for number in range(asked.files)]
        for number, path in enumerate(paths):
            path.write_bytes(other(kinds[number % 4], number, metadata=asked.metadata))
        warm = [Path(folder, f"warm {number}.jpg") for number in range(3)]
        for number, path in enumerate(warm):
            path.write_bytes(other(kinds[number], 1_000 + number))
        env = {**os.environ, "UPLOADER_LOCAL_DIR": f"{folder}/store", "PYTHONPATH": str(ROOT)}
        server = AppServer(Path(folder), ROOT / "dashboard.py", free_port(), env)
        server.start()
        try:
            app = open_application(Settings.load(local_dir=Path(folder, "store")))
            curl = by_curl(app, paths)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                page = browser.new_page()
                send_all(page, server, warm)  # warm: imports, children, connections
                page.close()
                found = send_all(browser.new_page(), server, paths)
                browser.close()
            curl = min(curl, by_curl(app, paths))
            app.close()
        finally:
            server.stop()
    size = sum(len(kinds[number % 4]) for number in range(asked.files)) / asked.files / 2**20
    print(f"{asked.files} files of {size:.1f} MB, three at a time, {found['posts']} POSTs by the browser")
    print(f"curl     {curl:6.2f} s")
    print(f"sending  {found['sending']:6.2f} s   ratio {found['sending'] / curl:.2f} (aim: at most 1.30)")
    print(f"span     {found['span']:6.2f} s   ratio {found['span'] / curl:.2f}")
    print(f"whole    {found['whole']:6.2f} s   hashed, signed, sent, checked, promoted")
    print(f"app memory: peak {found['peak']:+.1f} MB, after {found['after']:+.1f} MB (aim: under 10)")
    print(f"from the browser to the app: {found['bytes'] / 1024:.0f} KB (aim: under 200)")


if __name__ == "__main__":
    main()
