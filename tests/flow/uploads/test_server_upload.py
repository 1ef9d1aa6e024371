"""Through the app: what is stored, what is tried again, and that nothing half-done stays."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.buckets import keys_in
from tests.support.flow import WHO, Flow, Meddling, pictures_in
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.uploads.server_upload import ATTEMPTS
from uploader.storage.bucket import Bucket
from uploader.storage.form_post import FormPoster

DATA = picture()


def failing(error: Exception, times: int) -> Callable[[], None]:
    """Raises `error` for the first so many calls."""
    left = [times]

    def call() -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return call


class Flaky(Meddling):
    """A bucket of which one call fails a number of times."""

    def __init__(self, bucket: Bucket, name: str, error: Exception, times: int) -> None:
        super().__init__(bucket)
        self._name, self._fail = name, failing(error, times)

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if name != self._name:
            return found

        def call(*args: Any, **options: Any) -> Any:
            if "index/" in str(args):
                return found(*args, **options)
            self.calls.append(name)
            self._fail()
            return found(*args, **options)

        return call


def test_one_picture_end_to_end(flow: Flow) -> None:
    steps: list[str] = []
    sent: list[int] = []
    image = flow.server_uploads.upload(
        DATA, "dir/Été.jpg", who=WHO, on_step=steps.append, on_sent=sent.append
    )
    assert steps == ["check", "send", "verify"]
    assert sent[-1] == image.size_bytes
    assert flow.shown() == [image.key]
    assert flow.gallery.image(image.key).name == "Été.jpg"
    stored = flow.bucket.head(image.key)
    assert (stored.sha256, stored.content_type) == (image.sha256, "image/jpeg")
    assert dict(stored.metadata) == {
        "name": "%C3%89t%C3%A9.jpg",
        "sha256": image.sha256,
        "pixels": "320x240",
        "who": "ada@example.com",
        "likeness": "none",
    }


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.jpg",
        "a\x00b.jpg",
        "\u202egpj.exe",
        "![x](https://evil.example/p.png).jpg",
        "<script>alert(1)</script>.jpg",
        "x" * 5_000,
        "😀.jpg",
        "\ud800.jpg",
        "${filename}",
        "a\r\nX-Evil: 1\x1b[31m.jpg",
        "",
        ".jpg",
    ],
)
def test_every_name_makes_the_same_shape_of_key(flow: Flow, name: str) -> None:
    image = flow.server_uploads.upload(DATA, name, who=WHO)
    assert image.key.isascii()
    assert image.key.isprintable()
    assert "$" not in image.key
    shown = flow.gallery.image(image.key).name
    wanted = image.name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert shown == wanted


@pytest.mark.parametrize("name", ["put", "head"])
def test_a_transient_failure_of_a_call_is_tried_again(
    bucket: Bucket, join: Callable[..., Flow], name: str
) -> None:
    flaky = Flaky(bucket, name, errors.StorageBusy("Busy."), ATTEMPTS - 1)
    image = join(flaky).server_uploads.upload(DATA, "a.jpg", who=WHO)
    assert flaky.calls.count(name) >= ATTEMPTS
    assert join(bucket).shown() == [image.key]


@pytest.mark.parametrize("name", ["put", "head"])
def test_after_three_attempts_it_is_given_up_and_nothing_stays(
    bucket: Bucket, join: Callable[..., Flow], name: str
) -> None:
    flaky = Flaky(bucket, name, errors.BucketUnreachable("Gone."), ATTEMPTS)
    with pytest.raises(errors.BucketUnreachable, match="Gone"):
        join(flaky).server_uploads.upload(DATA, "a.jpg", who=WHO)
    assert pictures_in(bucket) == []


def test_each_attempt_has_a_fresh_form_and_a_lost_answer_stores_once(
    bucket: Bucket, join: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = FormPoster.post
    forms: list[str] = []

    def lost(self: FormPoster, post: Any, *args: Any, **options: Any) -> Any:
        receipt = original(self, post, *args, **options)
        forms.append(post.fields["x-amz-signature"])
        if len(forms) < ATTEMPTS:
            raise errors.BucketUnreachable("The answer was lost.")
        return receipt

    monkeypatch.setattr(FormPoster, "post", lost)
    meddling = Meddling(bucket)
    image = join(meddling).server_uploads.upload(DATA, "a.jpg", who=WHO)
    assert meddling.calls.count("presign_post") == ATTEMPTS
    assert join(bucket).shown() == [image.key]


def test_a_refusal_is_not_tried_again(
    bucket: Bucket, join: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def refuse(*_: Any, **__: Any) -> Any:
        calls.append(1)
        raise errors.StorageRefused("No.", code="AccessDenied")

    monkeypatch.setattr(FormPoster, "post", refuse)
    with pytest.raises(errors.StorageRefused):
        join(bucket).server_uploads.upload(DATA, "a.jpg", who=WHO)
    assert len(calls) == 1
    assert pictures_in(bucket) == []


def test_what_the_bucket_holds_is_compared_with_the_rules(bucket: Bucket, join: Callable[..., Flow]) -> None:
    meddling = Meddling(bucket)
    flow = join(meddling)
    other = picture(color="red")

    def overwrite() -> None:
        for key in keys_in(bucket, "images/"):
            bucket.put(key, other, content_type="image/jpeg")

    meddling.before["head"] = overwrite
    with pytest.raises(errors.ObjectChanged, match="not what was sent"):
        flow.server_uploads.upload(DATA, "a.jpg", who=WHO)
    assert pictures_in(bucket) == []


def test_a_bad_file_reaches_no_bucket(flow: Flow) -> None:
    with pytest.raises(errors.ImageRejected):
        flow.server_uploads.upload(b"<html>", "a.jpg", who=WHO)
    assert pictures_in(flow.bucket) == []
