"""Fifty people in fifty sessions, with the worst legal pictures among theirs, against the real app.

The short form takes under a minute; `LOAD_MINUTES=10 pytest -s tests/load` is the soak test. Both print their
figures, and both assert the same bounds.
"""

import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.load.levels import PROC, Level, Sampler, family, level, lives
from tests.load.people import STORED, Outcome, Person
from tests.load.sessions import Runs, Sessions
from tests.load.watch import Seen, Watch
from tests.load.worst import small, worst
from tests.support.app_server import AppServer
from uploader.flow.catalog.layout import NO_PREFIX

MINUTES = float(os.environ.get("LOAD_MINUTES", "0"))
PEOPLE, WORST = 50, 20
SECRET = "a secret for the load test, long enough for anybody"
CORES = os.cpu_count() or 1
POOL = 32 + 1
"""Connections to the store that the app keeps: boto3's pool, and the one that tells the store it is used."""
KEPT = 128
"""Sessions that Streamlit keeps after their tab closed, for its return: the size of MemorySessionStorage."""
KEPT_S = 125
"""How long it keeps them; who leaves next lets the older ones go."""
SPARE_BYTES = 64 * 2**20
"""How far above its level the app may stay: 8 MiB after one round and 23 after seventeen were seen. The
allocator keeps holes in an arena for each of the 16 threads that check; a round's worst pictures, if they
leaked, are 240 MiB."""
HEALTH_S = 1.0 if MINUTES else 5.0
"""A second on a quiet machine, which the long form needs; the short one runs wherever commits are tried."""
TOO_MUCH = ("too_slow", "too_much_memory")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROC.joinpath("self/fd").is_dir(), reason="reads /proc"),
]


@dataclass
class Figures:
    """What is printed at the end, and shown where something is wrong."""

    before: Level
    outcomes: list[Outcome] = field(default_factory=list)
    rounds: int = 0
    runs: Runs = field(default_factory=Runs)
    peak: Level | None = None
    after: Level | None = None
    seen: Seen | None = None

    def __str__(self) -> str:
        kinds = sorted(Counter((one.label, one.code) for one in self.outcomes).items())
        waits = sum(one.waits for one in self.outcomes)
        lines = [f"{len(self.outcomes)} uploads in {self.rounds} rounds, {waits} waits"]
        lines += [
            f"  {count:5} {label}: {code}, complete "
            f"{_spread([o.complete_s for o in self.outcomes if (o.label, o.code) == (label, code)])}"
            for (label, code), count in kinds
        ]
        lines += [f"complete {_spread([one.complete_s for one in self.outcomes])}"]
        if self.seen:
            lines += [f"health   {_spread(self.seen.took_s)}, {len(self.seen.took_s)} answers"]
            lines += [
                f"  its own {_spread(self.seen.own_s)}; the machine's stalls {_spread(self.seen.stalls_s)}"
            ]
        lines += [
            f"pages    {_spread(self.runs.took_s)}, {len(self.runs.took_s)} runs",
            f"before   {self.before}",
        ]
        lines += [f"peak     {self.peak}", f"after    {self.after}"]
        return "\n".join(lines)


class Load:
    """The server under load, and its people."""

    def __init__(self, server: AppServer) -> None:
        assert server.process
        self.server, self.pid = server, server.process.pid
        self.held = self.pid, server.store_url, server.folder / "tmp"
        self._people = [Person(server.url, SECRET, f"person-{number}") for number in range(PEOPLE)]
        self._worst = worst()
        self._small = [small(number) for number in range(PEOPLE)]
        self._pool = ThreadPoolExecutor(PEOPLE)

    def level(self) -> Level:
        return level(*self.held)

    def round(self, heavy: int = WORST) -> list[Outcome]:
        """Everybody uploads a small picture; the first `heavy` people then the worst ones, all at once."""
        together = threading.Barrier(heavy)

        def day(number: int) -> list[Outcome]:
            person, load = self._people[number], self._worst[number % len(self._worst)]
            light = person.upload(self._small[number])
            return [light, person.upload(load, together)] if number < heavy else [light]

        return [outcome for found in self._pool.map(day, range(PEOPLE)) for outcome in found]

    def settled(self, reached: Callable[[Level], bool], within_s: float) -> Level:
        """The level once it is as wanted, or at the end of that time."""
        until_s = time.monotonic() + within_s
        while not reached(found := self.level()) and time.monotonic() < until_s:
            time.sleep(0.5)
        return found

    def stored(self, area: str) -> set[str]:
        """Every key of an area, over all pages of the listing."""
        found: list[str] = []
        with self.server.bucket() as bucket:
            while True:
                listing = bucket.list(area, start_after=found[-1] if found else "")
                found += [one.key for one in listing.objects]
                if not listing.more:
                    return set(found)


def test_fifty_people_and_the_worst_pictures(
    app_server: Callable[..., AppServer],
    tmp_path: Path,
) -> None:
    (tmp_path / "tmp").mkdir()
    load = Load(app_server(folder=tmp_path, UPLOADER_SECRET_KEY=SECRET, TMPDIR=str(tmp_path / "tmp")))
    figures = Figures(load.level())
    warm = _warmed(load, figures)
    with (
        Sampler(*load.held) as sampler,
        Watch(f"{load.server.url}/_stcore/health") as watch,
    ):
        until_s = time.monotonic() + MINUTES * 60
        while not figures.rounds or time.monotonic() < until_s:
            with Sessions(load.server.url, PEOPLE, figures.runs):
                figures.outcomes += load.round()
            figures.rounds += 1
    figures.seen, figures.peak = watch.seen, sampler.peak
    figures.after = _rested(load, figures.before)
    print(f"\n{figures}")
    told = {one.key for one in [*warm, *figures.outcomes] if one.code == STORED}
    _judge_outcomes(figures)
    _judge_levels(figures)
    _judge_bucket(load, told)
    _judge_end(load)


def _warmed(load: Load, figures: Figures) -> list[Outcome]:
    """A first round, so that pools and caches do not count as growth; then the level to return to."""
    runs = Runs()
    with Sessions(load.server.url, PEOPLE, runs):
        warm = load.round(CORES)
    cold = figures.before
    figures.before = load.settled(lambda now: now.files <= cold.files, 10)
    print(f"\ncold     {cold}")
    return warm


def _rested(load: Load, before: Level) -> Level:
    """The level after the load. Only the long form waits until idle children and sessions have gone."""
    if MINUTES:
        time.sleep(KEPT_S)
        with Sessions(load.server.url, 1, Runs()):
            pass
    return load.settled(lambda now: now.files <= before.files, 10)


def _judge_outcomes(figures: Figures) -> None:
    assert not figures.runs.faults, f"{figures.runs.faults[:5]}\n{figures}"
    assert figures.runs.open_at_once == PEOPLE, str(figures)
    for one in figures.outcomes:
        assert one.code == STORED or (one.code in TOO_MUCH and one.label != "small" and one.sentence), one
    assert figures.seen
    assert len(figures.seen.took_s) > 20
    assert max(figures.seen.own_s) < HEALTH_S, str(figures)


def _judge_levels(figures: Figures) -> None:
    before, peak, after = figures.before, figures.peak, figures.after
    assert peak
    assert after
    assert peak.children <= CORES, str(figures)
    assert after.children <= (0 if MINUTES else CORES), str(figures)
    assert after.files <= before.files, str(figures)
    assert after.loops <= (1 + 1 if MINUTES else 1 + KEPT), str(figures)
    assert peak.pooled <= POOL, str(figures)
    assert after.zombies == 0, str(figures)
    assert after.temporary <= before.temporary, str(figures)
    assert after.rss_bytes < before.rss_bytes + SPARE_BYTES, str(figures)


def _judge_bucket(load: Load, told: set[str]) -> None:
    assert load.stored("images/") == told, "somebody was told of an image that is not there, or nobody of one"
    assert load.stored("thumbnails/") == {NO_PREFIX.thumbnail_key(key) for key in told}
    until_s = time.monotonic() + 20  # staged objects go after the answer
    while (left := load.stored("incoming/")) and time.monotonic() < until_s:
        time.sleep(0.2)
    assert left == set()


def _judge_end(load: Load) -> None:
    """With the app go its checking children and the store: no process is left of it."""
    started = family(load.pid)
    load.server.stop()
    until_s = time.monotonic() + 20
    while (left := [pid for pid in started if lives(pid)]) and time.monotonic() < until_s:
        time.sleep(0.1)
    assert not left, [(PROC / str(pid) / "cmdline").read_bytes() for pid in left]


def _spread(values: Sequence[float]) -> str:
    """The figures of many times, in seconds."""
    if len(values) < 2:
        return " ".join(f"{value:.3f} s" for value in values) or "none"
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return f"p50 {cuts[49]:.3f}, p95 {cuts[94]:.3f}, p99 {cuts[98]:.3f}, slowest {max(values):.3f} s"
