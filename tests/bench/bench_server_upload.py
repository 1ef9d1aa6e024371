"""The road through the app against curl: the same files, the same store, three at a time, in one run.

    python tests/bench/bench_server_upload.py [--files 40] [--megabytes 5] [--rounds 3]

curl posts exact forms that were signed beforehand; the road checks every picture, makes and stores its
thumbnail, signs, posts and compares. `sending` is the same road with the checks done beforehand: what the
thumbnail, the signing, the streamed POST and the HEAD cost. `checks` is the checks alone, which curl does not
make. Ratios are against curl in wall time, the best round of each.
Memory is the peak over what the files themselves hold, as Streamlit would hold them.
"""

import argparse
import hashlib
import io
import random
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from uploader.flow.app import Application, join, open_application
from uploader.images import Checked, Checker
from uploader.presign import PostRules, new_key
from uploader.settings import Settings

AT_ONCE = 3

File = tuple[str, bytes]
"""Its name and what it holds."""


def photo(size_bytes: int, seed: int) -> bytes:
    """A 12 Mpx JPEG of about so many bytes: soft shapes under fine noise, as cameras make them."""
    random.seed(seed)
    base = Image.effect_noise((500, 375), 60 + seed % 7).resize((4_000, 3_000), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((4_000, 3_000), 12)
    grey = Image.blend(base, grain, 0.35)
    image = Image.merge("RGB", (grey, grey.point(lambda v: 255 - v), base))
    for quality in range(96, 40, -4):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() <= size_bytes:
            break
    return out.getvalue()


def by_curl(app: Application, files: list[Path]) -> float:
    """Wall seconds for curl to post them all, the forms signed beforehand."""
    commands = []
    for number, path in enumerate(files):
        data = path.read_bytes()
        key = new_key(path.name, "jpg", now=datetime.now(UTC), token=f"{number:032x}", prefix="images/")
        rules = PostRules(key, "image/jpeg", len(data), hashlib.sha256(data).hexdigest())
        post = app.bucket.presign_post(rules, expires_s=300)
        form = [part for name, value in post.fields.items() for part in ("-F", f"{name}={value}")]
        commands.append(["curl", "-sS", "-f", "-o", "/dev/null", *form, "-F", f"file=@{path}", post.url])
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in pool.map(lambda command: subprocess.run(command, check=True), commands):
            assert done.returncode == 0
    return time.perf_counter() - started


def by_road(app: Application, files: list[File]) -> float:
    """Wall seconds for the whole road: check, thumbnail, sign, post, compare."""
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda file: app.server_uploads.upload(file[1], file[0], who="", again=True), files))
    return time.perf_counter() - started


class Beforehand:
    """A checker that answers what the real one said before."""

    def __init__(self, checker: Checker, files: list[File]) -> None:
        self._said = {data: checker.check(data, strip=True) for _, data in files}

    def check(self, data: bytes, *, strip: bool = False, trim: bool = False) -> Checked:
        """What was said of the same bytes."""
        return self._said[data]


def by_sending(app: Application, files: list[File]) -> float:
    """Wall seconds for the road without its checks."""
    checker = Beforehand(app.checker, files)
    checked = join(app.bucket, app.settings, app.limits, checker=checker, signer=app.signer)  # type: ignore[arg-type]
    return by_road(checked, files)


def by_checks(app: Application, files: list[File]) -> float:
    """Wall seconds for the checks alone, in as many children as there are cores."""
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda file: app.checker.check(file[1], strip=True), files))
    return time.perf_counter() - started


def peak_mb() -> float:
    """The highest resident size so far, in MB (Linux)."""
    return _status("VmHWM")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=40)
    options.add_argument("--megabytes", type=float, default=5)
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kinds = [photo(int(asked.megabytes * 2**20), seed) for seed in range(4)]
        held = [bytes(bytearray(kinds[n % 4])) for n in range(asked.files)]
        paths = []
        for number, data in enumerate(held):
            paths.append(Path(folder, f"{number}.jpg"))
            paths[-1].write_bytes(data)
        files = [(path.name, data) for path, data in zip(paths, held, strict=True)]
        app = open_application(Settings.load(local_dir=Path(folder, "store")))
        try:
            by_road(app, files[:2])
            curl, road, sending, checks, grown = [], [], [], [], []
            for _ in range(asked.rounds):
                curl.append(by_curl(app, paths))
                Path("/proc/self/clear_refs").write_text("5")
                before = _status("VmRSS")
                road.append(by_road(app, files))
                grown.append(peak_mb() - before)
                sending.append(by_sending(app, files))
                checks.append(by_checks(app, files))
        finally:
            app.close()
    mean = sum(map(len, held)) / len(held) / 2**20
    print(f"{asked.files} files of {mean:.1f} MB, {AT_ONCE} at a time")
    for name, took in {"curl": curl, "sending": sending, "checks": checks, "road": road}.items():
        rounds = ", ".join(f"{seconds:.2f}" for seconds in took)
        print(f"{name:8} {min(took):6.2f} s   x{min(took) / min(curl):.2f}   ({rounds})")
    print(f"aim: at most x1.15; the road over curl and checks together: x{_floor(road, curl, checks):.2f}")
    print(f"peak memory over what was held: {max(grown):.1f} MB")


def _floor(road: list[float], curl: list[float], checks: list[float]) -> float:
    return min(road) / (min(curl) + min(checks))


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
