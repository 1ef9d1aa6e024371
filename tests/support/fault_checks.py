"""What must hold for each call to S3 with each fault, once and for good."""

from collections.abc import Callable

from PIL import Image

from tests.support.fault_table import RETRIED, SILENT
from tests.support.fault_world import FAULTS, PLAIN, TIMES, World
from tests.support.flow import WHO, claim, post_like_a_browser
from tests.support.pictures import encode
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.uploads.direct_upload import Begun

APP_CALLS = ["PUT thumbnails", "POST", "HEAD images"]

UNDO_CALLS = ["DELETE images", "DELETE thumbnails"]

MAKER = Image.Exif()

STRIPPED = picture(exif=MAKER)

DIRECT_CALLS = [
    "POST",
    "GET incoming",
    "PUT thumbnails",
    "COPY",
    "PUT images",
    "DELETE incoming",
    "HEAD images",
]

INDEX_CALLS = ["PUT index", "LIST index"]

LIVELY = encode(
    Image.effect_noise((9, 8), 90).resize((180, 160)).convert("RGB"), "JPEG"
)  # not too plain to look like another

READING_CALLS = ["LIST", "HEAD images", "DELETE many"]


def stored_once_or_not_at_all(world: World, call: str, fault: str, times: str) -> None:
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    first = world.try_(lambda: world.flow.server_uploads.upload(PLAIN, "a.jpg", who=WHO))
    assert world.proxy.hits
    assert "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    if times == "once" and fault in RETRIED | set(SILENT):
        assert isinstance(first, StoredImage), first
    shown = world.shown()
    assert shown == ([first.key] if isinstance(first, StoredImage) else [])
    assert isinstance(first, StoredImage) or world.left_over() == []
    world.proxy.clear()
    if not isinstance(first, StoredImage):
        again = world.truth.server_uploads.upload(PLAIN, "a.jpg", who=WHO)
        assert world.shown() == [again.key]


def first_failure_is_told(world: World, call: str, fault: str, times: str = "always") -> None:
    world.proxy.plan("HEAD images", FAULTS["307"])
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    first = world.try_(lambda: world.flow.server_uploads.upload(PLAIN, "a.jpg", who=WHO))
    assert isinstance(first, errors.StorageError)
    assert first.status == 307
    assert world.proxy.hits > 1


def nothing_lost_doubled_or_unverified(world: World, call: str, fault: str, times: str) -> None:
    data = STRIPPED if call == "PUT images" else PLAIN
    begun = world.flow.uploads.begin(claim(data), who=WHO)
    if call == "HEAD images":  # what is asked when a ticket comes a second time
        world.stored(begun, data)
    elif call != "POST":
        assert post_like_a_browser(begun, data).status_code == 201
    world.proxy.plan(call, FAULTS[fault], TIMES[times])

    def attempt() -> StoredImage:
        if call == "POST":
            return world.stored(begun, data)
        return world.flow.uploads.complete(begun.ticket, who=WHO)

    first = world.try_(attempt)
    assert world.proxy.hits
    shown = world.shown(data)
    assert len(shown) <= 1
    if isinstance(first, StoredImage):
        assert shown == [first.key]
    if call == "DELETE incoming":
        assert isinstance(first, StoredImage), "what is in the gallery is reported so"
    elif times == "once" and fault in RETRIED and call != "POST":
        assert isinstance(first, StoredImage), first
    assert call == "POST" or "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    if call == "GET incoming" and isinstance(first, errors.StorageError):
        assert world.truth.bucket.head(begun.post.fields["key"]), "what could not be read is kept"
    assert not isinstance(first, errors.ImageRejected) or first.code == "not_as_announced"
    world.proxy.clear()

    second = finish(world, begun, data)
    if isinstance(first, StoredImage):
        assert second.key == first.key
    assert finish(world, begun, data).key == second.key, "twice is once"
    assert world.shown(data) == [second.key]
    assert [key for key in world.left_over() if "/thumbnails/" not in key] == []


def finish(world: World, begun: Begun, data: bytes) -> StoredImage:
    """What a browser does when somebody presses Retry, on a day when all goes well."""
    try:
        return world.truth.uploads.complete(begun.ticket, who=WHO)
    except errors.ObjectMissing:
        assert post_like_a_browser(begun, data).status_code == 201
        return world.truth.uploads.complete(begun.ticket, who=WHO)


def uploads_go_on(world: World, call: str, fault: str, times: str) -> None:
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    carried = world.flow.server_uploads.upload(LIVELY, "a.jpg", who=WHO)
    begun = world.flow.uploads.begin(claim(LIVELY), who=WHO)
    assert post_like_a_browser(begun, LIVELY).status_code == 201
    completed = world.flow.uploads.complete(begun.ticket, who=WHO)
    assert world.proxy.hits
    assert world.shown(LIVELY) == [completed.key, carried.key]
    assert "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    world.proxy.clear()
    found = world.flow.index.find_duplicate(claim(LIVELY).sha256)
    assert found or (call == "PUT index" and times == "always")
    removed = world.flow.gallery.delete([carried.key, completed.key])
    assert not any(one.sentence for one in removed)
    assert world.flow.index.find_duplicate(claim(LIVELY).sha256) is None


def works_or_says_why_not(world: World, call: str, fault: str, times: str) -> None:
    key = world.truth.server_uploads.upload(PLAIN, "a.jpg", who=WHO).key
    actions: dict[str, Callable[[], object]] = {
        "LIST": world.flow.shown,
        "HEAD images": lambda: world.flow.gallery.image(key),
        "DELETE many": lambda: world.flow.gallery.delete([key]),
    }
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    failed = None
    try:
        found = actions[call]()
    except errors.UploaderError as error:
        failed = error
    else:
        if call == "LIST":
            assert found == [key]
        if call == "DELETE many" and not any(removed.sentence for removed in found):  # type: ignore[attr-defined]
            assert world.truth.shown() == []
    assert world.proxy.hits
    assert failed is None or str(failed).endswith(".")
    assert "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    if times == "once" and fault in RETRIED:
        assert failed is None, failed
    world.proxy.clear()
    actions[call]()
    assert world.shown() == ([] if call == "DELETE many" else [key])
