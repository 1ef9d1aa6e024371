"""How many requests an upload sends to S3, and which of them somebody waits for: counted, never timed."""

from collections import Counter
from collections.abc import Callable

import pytest
from PIL import Image

from tests.support.buckets import keys_in
from tests.support.flow import WHO, Flow, Held, claim, post_like_a_browser, scene
from tests.support.request_log import RequestLog
from uploader.flow.uploads.direct_upload import Begun
from uploader.storage.bucket import Bucket

MAKER = Image.Exif()
MAKER[0x010F] = "Some maker"
AFTER = Counter({"PUT index": 5, "HEAD index": 1, "DELETE incoming": 1})


@pytest.fixture
def held(bucket: Bucket, join: Callable[..., Flow]) -> tuple[Flow, Held]:
    """A flow whose work after an answer waits, and whose store has shown that it pins copies."""
    flow, held = join(bucket), Held()
    send(flow, scene(0))
    flow.uploads.background = held
    return flow, held


def staged(flow: Flow, data: bytes) -> Begun:
    begun = flow.uploads.begin(claim(data), who="")
    assert post_like_a_browser(begun, data).status_code == 201
    return begun


def send(flow: Flow, data: bytes) -> None:
    flow.uploads.complete(staged(flow, data).ticket, who="")


@pytest.mark.parametrize(
    ("data", "last"),
    [(scene(1), "COPY"), (scene(1, exif=MAKER), "PUT images")],
    ids=["as it is", "stripped"],
)
def test_three_requests_one_after_the_other_lead_to_the_answer(
    held: tuple[Flow, Held], data: bytes, last: str
) -> None:
    flow, _ = held
    begun, log = staged(flow, data), RequestLog(flow.bucket)
    flow.uploads.complete(begun.ticket, who="")
    assert log.take_serial() == ["GET incoming", "PUT thumbnails", last]


def test_every_request_of_an_upload(held: tuple[Flow, Held]) -> None:
    flow, after = held
    log = RequestLog(flow.bucket)
    begun = staged(flow, scene(1))
    assert log.take() == Counter({"LIST index": 1}), "whether the file is there; the POST is the browser's"
    flow.uploads.complete(begun.ticket, who="")
    found = log.take()
    assert found.pop("LIST index") == 5, "what looks alike"
    assert found == Counter(
        {"GET incoming": 1, "PUT thumbnails": 1, "PUT index": 1, "HEAD index": 1, "COPY": 1}
    )
    after.close()
    assert log.take() == AFTER


def test_no_body_waits_for_a_word_of_the_server(bucket: Bucket, join: Callable[..., Flow]) -> None:
    flow, log = join(bucket), RequestLog(bucket)
    send(flow, scene(1, exif=MAKER))
    flow.server_uploads.upload(scene(2), "a.jpg", who=WHO)
    assert log.take_waiting() == []


def test_a_crash_right_after_the_answer_then_a_retry(
    held: tuple[Flow, Held], bucket: Bucket, join: Callable[..., Flow]
) -> None:
    flow, after = held
    before = flow.shown()
    begun = staged(flow, scene(1))
    image = flow.uploads.complete(begun.ticket, who="")
    after.work.clear()
    assert flow.shown() == [image.key, *before]
    assert keys_in(bucket, "incoming/") == [begun.post.fields["key"]], "left for the lifecycle rule"
    again = join(bucket).uploads.complete(begun.ticket, who="")
    assert again.key == image.key
    assert flow.shown() == [image.key, *before]
    assert keys_in(bucket, "incoming/") == []
    assert flow.index.find_similar(image) == ()
    alike = join(bucket).server_uploads.upload(scene(1, scale=0.5), "b.jpg", who="")
    assert [one.key for one in alike.similar] == [image.key]


def test_deleting_between_the_answer_and_what_follows_ends_in_gone(held: tuple[Flow, Held]) -> None:
    flow, after = held
    before = flow.shown()
    begun = staged(flow, scene(1))
    image = flow.uploads.complete(begun.ticket, who="")
    flow.gallery.delete([image.key])
    after.close()
    name = image.key.rpartition("/")[2]
    left = [key for key in keys_in(flow.bucket) if name in key]
    assert flow.shown() == before
    assert left == []
    assert keys_in(flow.bucket, "incoming/") == []


def test_the_first_upload_tries_copies_beside_its_reading(bucket: Bucket, join: Callable[..., Flow]) -> None:
    flow, log = join(bucket), RequestLog(bucket)
    begun = staged(flow, scene(1))
    flow.uploads.complete(begun.ticket, who="")
    assert log.take_serial()[:3] == ["GET incoming", "PUT thumbnails", "COPY"], "what follows is the answer's"
