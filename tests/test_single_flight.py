"""Work that many ask for: done once at a time, and nobody waits longer than they want to."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from uploader.single_flight import SingleFlight, SingleFlights, StillRunning


def test_all_who_ask_at_the_same_time_get_the_same_and_later_ones_a_new_run() -> None:
    released, runs = threading.Event(), []

    def work() -> int:
        runs.append(released.wait(30))
        return len(runs)

    flight = SingleFlight(work, name="test")
    with pytest.raises(StillRunning):
        flight.result(0)
    with ThreadPoolExecutor(8) as many:
        asked = [many.submit(flight.result, 30) for _ in range(8)]
        released.set()
        assert {one.result() for one in asked} <= {1, 2}
    before = len(runs)
    assert flight.result(30) == before + 1


def test_whoever_comes_after_the_patience_is_over_does_not_wait() -> None:
    released, now = threading.Event(), [0.0]
    flight = SingleFlight(released.wait, name="test", clock=lambda: now[0])
    with pytest.raises(StillRunning):
        flight.result(0)
    now[0] = 100.0
    with pytest.raises(StillRunning):
        flight.result(99)
    released.set()


def test_each_key_has_a_run_of_its_own() -> None:
    released = threading.Event()
    flights = SingleFlights(name="test")
    with pytest.raises(StillRunning):
        flights.result("slow", released.wait, 0)
    assert flights.result("quick", lambda: 1, 30) == 1
    assert flights.is_busy()
    released.set()
    flights.result("slow", released.wait, 30)
    assert not flights.is_busy()


def test_what_the_work_raises_reaches_everybody() -> None:
    def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        SingleFlight(work, name="test").result(30)
