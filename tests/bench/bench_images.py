"""What the image check costs, as ratios in one run: `python tests/bench/bench_images.py`.

Against the two ways to make a thumbnail of a 12-megapixel JPEG that check nothing. CPU time of this process,
the best of several interleaved rounds, so that a busy machine disturbs all alike.
"""

import io
import time
from collections.abc import Callable

from PIL import Image

from uploader.images import Checker, strip_metadata
from uploader.images.check import check
from uploader.limits import Limits

ROUNDS = 15
SIDE_PX = Limits().thumbnail_side_px


def picture() -> bytes:
    """4000 x 3000 pixels with the detail of a photograph, about 3 MB."""
    fine = Image.effect_noise((4000, 3000), 40)
    coarse = Image.effect_noise((250, 188), 90).resize((4000, 3000), Image.Resampling.BICUBIC)
    image = Image.merge(
        "RGB", (Image.blend(fine, coarse, 0.8), coarse, Image.linear_gradient("L").resize(fine.size))
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


def bare_draft(data: bytes) -> None:
    """The least that makes a thumbnail: libjpeg scales while it decodes."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        image.thumbnail((SIDE_PX, SIDE_PX))
        image.save(io.BytesIO(), "JPEG", quality=82)


def load_then_resize(data: bytes) -> None:
    """What is often written: decode everything, then make it smaller."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        image.load()
        image.resize((SIDE_PX, SIDE_PX * 3 // 4), Image.Resampling.LANCZOS).save(
            io.BytesIO(), "JPEG", quality=82
        )


def cpu_ms(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1000


def main() -> None:
    data = picture()
    calls: dict[str, Callable[[], object]] = {
        "check and thumbnail": lambda: check(data),
        "check, strip and thumbnail": lambda: check(data, strip=True),
        "bare draft and thumbnail": lambda: bare_draft(data),
        "load, then resize": lambda: load_then_resize(data),
        "strip alone": lambda: strip_metadata(data),
    }
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            best[name] = min(best[name], cpu_ms(call))
    print(f"12 megapixels, {len(data) / 1e6:.1f} MB; CPU, best of {ROUNDS}")
    for name, spent_ms in best.items():
        print(f"  {name:<28}{spent_ms:7.1f} ms")
    checked = best["check and thumbnail"]
    print(f"check / bare draft        {checked / best['bare draft and thumbnail']:.2f}  (at most 1.25)")
    print(f"check / load-then-resize  {checked / best['load, then resize']:.2f}  (at most 0.20)")
    with Checker(Limits(), workers=1) as checker:
        start = time.perf_counter()
        checker.check(data)
        first_ms = (time.perf_counter() - start) * 1000
        start = time.perf_counter()
        for _ in range(ROUNDS):
            checker.check(data)
        warm_ms = (time.perf_counter() - start) * 1000 / ROUNDS
    print(f"in a child, wall time: first {first_ms:.0f} ms, then {warm_ms:.0f} ms")


if __name__ == "__main__":
    main()
