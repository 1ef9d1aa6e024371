"""What overlaps and what waits for what. Chromium's clock stands still."""

import base64
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.support.uploader_page import (
    PATIENCE_MS,
    QUEUE,
    choose,
    named,
    open_host,
    picture,
    pictures,
    summary,
)

pytestmark = pytest.mark.browser

COMPLETE = "/api/uploads/complete"
LONGER_THAN_QUICK_MS = 700
FILES = 5


@pytest.fixture
def frozen(host: Any, page: Page) -> Page:
    """The host's page with its uploader ready and its clock standing still."""
    page.clock.install()
    open_host(page, host.url)
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    return page


def states(page: Page) -> dict[str, int]:
    """State -> how many files are in it, whatever was drawn."""
    found: dict[str, int] = page.evaluate(
        f"""async () => Object.fromEntries(Map
            .groupBy({QUEUE}.jobs, (job) => job.state)
            .entries().map(([state, jobs]) => [state, jobs.length]))"""
    )
    return found


def previews(page: Page) -> int:
    """How many files have a picture to show."""
    found: int = page.evaluate(f"async () => {QUEUE}.jobs.filter((job) => job.preview).length")
    return found


def until(page: Page, test: Callable[[], bool]) -> None:
    """Waits in real time, the page's own clock standing still."""
    for _ in range(PATIENCE_MS // 50):
        if test():
            return
        page.wait_for_timeout(50)
    pytest.fail(f"it never came: {states(page)}")


class Dam:
    """POSTs to the store wait here, each until it is let through, or until all are."""

    def __init__(self, page: Page, url: str) -> None:
        self.held: list[Route] = []
        self._open = False
        page.route(lambda address: address.startswith(url), self._take)

    def _take(self, route: Route) -> None:
        route.continue_() if self._open else self.held.append(route)

    def open(self) -> None:
        self._open = True
        for route in self.held:
            route.continue_()


def test_verification_begins_while_others_are_sent(host: Any, frozen: Page) -> None:
    dam = Dam(frozen, host.store_url)
    choose(frozen, pictures(FILES))
    until(frozen, lambda: states(frozen) == {"sending": 3, "ready": 2})
    until(frozen, lambda: len(dam.held) == 3)
    dam.held.pop(0).continue_()
    until(frozen, lambda: states(frozen) == {"stored": 1, "sending": 3, "ready": 1})
    dam.open()
    until(frozen, lambda: states(frozen) == {"stored": FILES})


def test_what_was_sent_can_still_be_cancelled(host: Any, frozen: Page) -> None:
    before = len(host.stored())
    checks = Dam(frozen, f"{host.url}{COMPLETE}")
    choose(frozen, pictures(FILES))
    until(frozen, lambda: states(frozen) == {"verifying": 3, "sent": 2})
    frozen.clock.run_for(200)
    frozen.get_by_role("button", name="Cancel all").click()
    until(frozen, lambda: states(frozen) == {"verifying": 3, "cancelled": 2})
    until(frozen, lambda: len(checks.held) == 3)
    checks.open()
    until(frozen, lambda: states(frozen) == {"stored": 3, "cancelled": 2})
    assert len(host.stored()) == before + 3


def test_a_row_shows_its_file_only_once_there_is_time(host: Any, frozen: Page) -> None:
    dam = Dam(frozen, host.store_url)
    choose(frozen, [*pictures(1), named("no picture.jpg", b"\xff\xd8\xff\xe0" + bytes(90))])
    until(frozen, lambda: len(dam.held) == 2)
    frozen.clock.run_for(200)
    shown = frozen.locator(".direct .row .preview img:visible")
    expect(frozen.locator(".direct .row")).to_have_count(2)
    frozen.wait_for_timeout(500)  # long enough to decode it
    assert previews(frozen) == 0
    frozen.clock.run_for(LONGER_THAN_QUICK_MS)
    until(frozen, lambda: previews(frozen) == 1)
    frozen.clock.run_for(200)
    expect(shown).to_have_count(1)  # the other is no picture, and stays a sign
    expect(shown).to_have_attribute("src", re.compile("^data:image/webp;base64,"))
    dam.open()


def test_a_row_that_goes_leaves_the_next_one_its_preview(host: Any, frozen: Page) -> None:
    dam = Dam(frozen, host.store_url)
    choose(frozen, pictures(2))
    until(frozen, lambda: len(dam.held) == 2)
    frozen.clock.run_for(120)
    expect(frozen.locator(".direct .row")).to_have_count(2)
    frozen.wait_for_timeout(300)  # the first row is in sight, and its preview waits
    frozen.get_by_role("button", name="Cancel picture-00.jpg").click()
    frozen.clock.run_for(120)
    frozen.get_by_role("button", name="Clear list").click()
    frozen.clock.run_for(120)
    expect(frozen.locator(".direct .row")).to_have_count(1)
    frozen.clock.run_for(LONGER_THAN_QUICK_MS)
    until(frozen, lambda: previews(frozen) == 1)
    dam.open()


@pytest.mark.parametrize("resizes", [True, False])
def test_a_preview_is_small_upright_and_from_the_middle(host: Any, page: Page, resizes: bool) -> None:
    if not resizes:  # as older browsers, which pass over what they do not know
        page.add_init_script(
            "const bare = createImageBitmap; globalThis.createImageBitmap = (file) => bare(file)"
        )
    lying = Image.new("RGB", (400 + resizes, 900), "white")  # one that the bucket does not have yet
    lying.paste("red", (0, 0, 200, 900))  # turned by its orientation, this half is the upper one
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    lying.save(file, "JPEG", exif=exif)
    dam = Dam(page, host.store_url)
    open_host(page, host.url)
    choose(page, [named("upright.jpg", file.getvalue())])
    shown = page.locator(".direct .row .preview img")
    expect(shown).to_be_visible()
    data = (shown.get_attribute("src") or "").partition(",")[2]
    preview = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    assert preview.size == (120, 120)
    above, below = preview.getpixel((60, 20)), preview.getpixel((60, 100))
    assert above[0] > 200 > 60 > above[1], "red"  # type: ignore[index]
    assert below[1] > 200, "white"  # type: ignore[index]
    dam.open()
    summary(page, "1 uploaded")


def test_what_is_stored_before_there_was_time_shows_its_thumbnail(host: Any, frozen: Page) -> None:
    choose(frozen, [named("one.jpg", picture(77, side_px=400))])
    until(frozen, lambda: states(frozen) == {"stored": 1})
    image = frozen.locator(".direct .row .preview img")

    def is_drawn() -> bool:
        frozen.clock.run_for(1_000)
        return image.is_visible()

    until(frozen, is_drawn)
    assert (image.get_attribute("src") or "").startswith(f"{host.store_url}/")
