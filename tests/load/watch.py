"""Asks for the server's health ten times a second, in a process of its own so that the test cannot slow it.

`python watch.py URL` runs until its stdin ends, then prints what it saw as JSON.
"""

import json
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import Final

EVERY_S: Final = 0.1
TICK_S: Final = 0.05
TIMEOUT_S: Final = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds that every answer took, and how late a sleeper woke meanwhile."""

    took_s: tuple[float, ...]
    own_s: tuple[float, ...]
    """`took_s` without the longest delay of the sleeper meanwhile."""
    stalls_s: tuple[float, ...]


class Watch:
    """The watching process: `with Watch(url) as watch: ...`, then `watch.seen`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.seen: Seen

    def __enter__(self) -> "Watch":
        command = [sys.executable, __file__, self._url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        said, _nothing = self._process.communicate(timeout=TIMEOUT_S + 10)
        assert self._process.returncode == 0, "the health page did not answer"
        self.seen = _judged(**json.loads(said))


def _judged(answers: list[list[float]], ticks: list[list[float]]) -> Seen:
    took = [(start_s, end_s - start_s) for start_s, end_s in answers]
    late = [(start_s, end_s, end_s - start_s - TICK_S) for start_s, end_s in ticks]
    own, first = [], 0
    for start_s, took_s in took:
        while first < len(late) and late[first][1] < start_s:
            first += 1
        stall_s = 0.0
        for tick in late[first:]:
            if tick[0] > start_s + took_s:
                break
            stall_s = max(stall_s, min(tick[2], took_s))
        own.append(took_s - stall_s)
    return Seen(tuple(took_s for _, took_s in took), tuple(own), tuple(tick[2] for tick in late))


def _main(url: str) -> None:
    over = threading.Event()
    ticks: list[tuple[float, float]] = []
    answers: list[tuple[float, float]] = []
    threads = [
        threading.Thread(target=work, args=args, daemon=True)
        for work, args in ((_tick, (over, ticks)), (lambda: (sys.stdin.read(), over.set()), ()))
    ]
    for thread in threads:
        thread.start()
    due_s = time.monotonic()
    while not over.is_set():
        start_s = time.monotonic()
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            assert answer.read() == b"ok"
        answers.append((start_s, time.monotonic()))
        due_s = max(due_s + EVERY_S, time.monotonic())
        over.wait(due_s - time.monotonic())
    threads[0].join()
    json.dump({"answers": answers, "ticks": ticks}, sys.stdout)


def _tick(over: threading.Event, ticks: list[tuple[float, float]]) -> None:
    while not over.is_set():
        start_s = time.monotonic()
        time.sleep(TICK_S)
        ticks.append((start_s, time.monotonic()))


if __name__ == "__main__":
    _main(sys.argv[1])
