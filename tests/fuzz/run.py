"""The long form: `python tests/fuzz/run.py --minutes 10 [--seeds FOLDER]`. Prints counts; 1 after a crash.

Run it from the repository's root. A crash is told with its target and number; `--only TARGET --number N`
repeats it.
"""

import argparse
import contextlib
import logging
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz.mutate import pictures
from tests.fuzz.requested import make_requested, serving
from tests.fuzz.targets import TARGETS, Target
from uploader.flow.app import open_application
from uploader.settings import Settings


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--number", type=int, default=-1)
    asked = parser.parse_args()
    warnings.simplefilter("error")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # the store may still write while it ends
    temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with temporary as folder, contextlib.ExitStack() as open_until_the_end:
        application = open_application(Settings.load(local_dir=Path(folder)))
        open_until_the_end.callback(application.close)
        client = open_until_the_end.enter_context(serving(application))
        targets = {**TARGETS, "routes": make_requested(application, client)}
        wanted = {name: run for name, run in targets.items() if asked.only in (name, "")}
        return _run(wanted, pictures(asked.seeds), asked)


def _run(targets: dict[str, Target], seeds: list[bytes], asked: argparse.Namespace) -> int:
    crashes, slowest = Counter[str](), Counter[str]()
    seen: dict[str, Counter[str]] = {name: Counter() for name in targets}
    end_s, number = time.monotonic() + asked.minutes * 60, max(asked.number, 0)
    while time.monotonic() < end_s:
        for name, run in targets.items():
            started_s = time.monotonic()
            try:
                seen[name][run(random.Random(f"{name} {number}"), seeds)] += 1
            except Exception:
                crashes[name] += 1
                seen[name]["CRASH"] += 1
                if crashes[name] <= 5:
                    print(f"--- {name}, number {number}\n{traceback.format_exc(limit=-4)}", flush=True)
            slowest[name] = max(slowest[name], round((time.monotonic() - started_s) * 1_000))
        if asked.number >= 0:
            break
        number += 1
    for name, counts in seen.items():
        print(f"{name}: {counts.total()} cases, slowest {slowest[name]} ms, {dict(counts.most_common(12))}")
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
