"""How pages reach the application and what the gallery holds."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from uploader.errors import BucketUnreachable, UploaderError
from uploader.flow.app import OPENING, Application, application, reopened_application
from uploader.flow.catalog.layout import Audience
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery.gallery import NO_FILTERS, Gallery, Page
from uploader.flow.gallery.search import Filters
from uploader.single_flight import SingleFlights, StillRunning

_LOOK_AGAIN_S: Final = 5
_LISTING_LIFE_S: Final = 10  # how long a page may show a listing that somebody else has since changed
_SEARCH_LIFE_S: Final = 120  # a search reads up to 20 listings
_FACTS_LIFE_S: Final = 60

PAGE_WAIT_S: Final = 4.0
"""How long a page waits for the bucket at most, so that it says what is wrong within five seconds."""
SLOW: Final = "slow"

_HELD_S: Final = 60  # how long a batch keeps the newest images from being drawn once more


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A page of the gallery that stays as it is for a while."""

    page: Page
    until_s: float
    forgotten: int


T = TypeVar("T")
_asking: Final = SingleFlights(name="pages")
_forgotten = 0


def require_app() -> Application:
    """The application, or one sentence and the end of the page."""
    try:
        return application()
    except UploaderError as error:
        if error.code == OPENING:
            st.warning(str(error), title="Connecting to the storage", icon=":material/hourglass:")
        else:
            st.error(str(error), title="The app cannot start", icon=":material/power_off:")
        st.button("Try again", icon=":material/refresh:")
        _wait_for_the_app()
        st.stop()


@st.fragment(run_every=_LOOK_AGAIN_S)
def _wait_for_the_app() -> None:
    """Tries again by itself, and shows the page once it can be shown."""
    try:
        application(wait_s=0)
    except UploaderError:
        return
    st.rerun()


def time_zone() -> tzinfo:
    """The browser's time zone, or UTC where it does not say or this machine does not know it."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return UTC


def _asked(question: Callable[[Gallery], T]) -> T:
    try:
        return question(application().gallery)
    except BucketUnreachable:
        return question(reopened_application().gallery)


@st.cache_data(ttl=_LISTING_LIFE_S, max_entries=200, show_spinner=False)
def _listing(bucket: str, cursor: str, size: int) -> Page:
    return _asked(lambda gallery: gallery.page(cursor=cursor, size=size))


@st.cache_data(ttl=_SEARCH_LIFE_S, max_entries=100, show_spinner=False)
def _search(bucket: str, cursor: str, size: int, filters: Filters) -> Page:
    return _asked(lambda gallery: gallery.page(cursor=cursor, size=size, filters=filters))


@st.cache_data(ttl=_FACTS_LIFE_S, max_entries=500, show_spinner=False)
def _facts(bucket: str, key: str) -> StoredImage:
    return _asked(lambda gallery: gallery.image(key))


@st.cache_data(ttl=_FACTS_LIFE_S, max_entries=500, show_spinner=False)
def _similar(bucket: str, key: str, _image: StoredImage) -> tuple[StoredImage, ...]:
    return application().index.find_similar(_image)


@st.cache_data(ttl=_FACTS_LIFE_S, max_entries=500, show_spinner=False)
def _audience(bucket: str, key: str) -> Audience:
    links = application().permanent
    return links.look_up(links.id_of(key)).audience


@st.cache_data(ttl=_FACTS_LIFE_S, max_entries=10, show_spinner=False)
def _people(bucket: str) -> tuple[str, ...]:
    return application().index.people()


def patiently(kept: Callable[..., T], *key: Hashable, extra: tuple[object, ...] = ()) -> T:
    """What `kept` gives for this key, for as long as a page may wait; asked once for all who want it.

    Raises BucketUnreachable with the code SLOW where it takes longer: it goes on, and is kept for the next
    run of the page.
    """
    try:
        return _asking.result((kept, _forgotten, *key), lambda: kept(*key, *extra), PAGE_WAIT_S)
    except StillRunning:
        raise BucketUnreachable(
            f"The bucket has not answered for {PAGE_WAIT_S:.0f} s; this page goes on asking.", code=SLOW
        ) from None


@st.fragment(run_every=_LOOK_AGAIN_S)
def look_again() -> None:
    """Shows the page once more when what it waited for is over."""
    if not _asking.is_busy():
        st.rerun()


def page_of_images(app: Application, *, cursor: str = "", size: int, filters: Filters = NO_FILTERS) -> Page:
    """A page of the gallery, kept for a few seconds so that a rerun asks S3 nothing. Raises UploaderError."""
    if filters:
        return patiently(_search, app.bucket_label, cursor, size, filters)
    return patiently(_listing, app.bucket_label, cursor, size)


def held_page(app: Application, held: HeldPage | None, *, size: int) -> HeldPage:
    """The newest images, and until when a page may go on showing them while a batch of its own runs.

    `held` again where that is not over yet and nothing was stored or deleted by others here.
    """
    now_s = time.monotonic()
    if held and held.forgotten == _forgotten and now_s < held.until_s:
        return held
    return HeldPage(page_of_images(app, size=size), now_s + _HELD_S, _forgotten)


def image_facts(app: Application, key: str) -> StoredImage:
    """All that is known of one image, kept for a minute. Raises ObjectMissing, StorageError."""
    return patiently(_facts, app.bucket_label, key)


def similar(app: Application, image: StoredImage) -> tuple[StoredImage, ...]:
    """At most four other images that look like this one, kept for a minute; none where that is not known."""
    try:
        return patiently(_similar, app.bucket_label, image.key, extra=(image,))
    except BucketUnreachable:
        return ()


def people(app: Application) -> tuple[str, ...]:
    """Everyone who uploaded, sorted, kept for a minute; empty where nobody signs in."""
    try:
        return patiently(_people, app.bucket_label)
    except BucketUnreachable:
        return ()


def audience(app: Application, key: str) -> Audience:
    """Who may follow an image's address, kept for a minute. Raises ObjectMissing, StorageError."""
    return patiently(_audience, app.bucket_label, key)


def forget_audience() -> None:
    """After it was changed here."""
    _audience.clear()


def forget_listings() -> None:
    """After something was stored or deleted here: the next page asks S3, whatever is being asked now."""
    global _forgotten
    _forgotten += 1
    for kept in (_listing, _search, _facts, _similar, _people):
        kept.clear()
