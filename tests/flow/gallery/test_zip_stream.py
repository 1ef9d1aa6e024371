"""Archives: every image whole, names safe and never twice, and never more than a piece in memory."""

import io
import tracemalloc
import zipfile
from typing import Any

import pytest
import requests

from tests.support.flow import Flow, Meddling
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.gallery.zip_stream import stream_zip
from uploader.presign.policy import encode_text


def carried(flow: Flow, name: str, color: str = "teal") -> str:
    return flow.server_uploads.upload(picture(color=color), name, who="").key


def archive_of(flow: Flow, keys: list[str]) -> zipfile.ZipFile:
    return zipfile.ZipFile(
        io.BytesIO(b"".join(stream_zip(flow.gallery, flow.bucket, keys, web_copies=flow.web_copies)))
    )


def test_every_image_is_in_it_whole_under_its_own_name(flow: Flow) -> None:
    keys = [carried(flow, "Été 1.jpg", "red"), carried(flow, "b.jpg", "blue")]
    with archive_of(flow, keys) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Été 1.jpg", "b.jpg"]
        with flow.bucket.read(keys[0]) as (_, body):
            assert archive.read("Été 1.jpg") == body.read()


def test_no_name_comes_twice_whatever_its_case(flow: Flow) -> None:
    keys = [carried(flow, name) for name in ("a.jpg", "A.jpg", "a.jpg")]
    with archive_of(flow, keys) as archive:
        assert archive.namelist() == ["a.jpg", "A (2).jpg", "a (3).jpg"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x.jpg", "a\nb.jpg", "...", "con|*?.jpg"])
def test_a_name_leads_nowhere_else(flow: Flow, name: str) -> None:
    key = carried(flow, "a.jpg")
    stored = flow.bucket.head(key)
    flow.bucket.put(key, picture(), content_type=stored.content_type, metadata={"name": encode_text(name)})
    with archive_of(flow, [key]) as archive:
        (found,) = archive.namelist()
        assert found
        assert not set(found) & set('/\\:*?"<>|\n')
        assert not found.startswith(".")


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("invoice.hta", "invoice.hta.jpg"),
        ("beach\u202egpj.exe", "beachgpj.exe.jpg"),
        ("setup.exe", "setup.exe.jpg"),
        ("IMG_1.JPG", "IMG_1.JPG"),
        ("a.jpeg", "a.jpeg"),
        ("desktop.ini", "desktop.ini.jpg"),
        ("con", "_con.jpg"),
        (f"{'n' * 250}.jpg", f"{'n' * 196}.jpg"),
    ],
)
def test_an_entry_and_a_download_end_in_what_was_checked(flow: Flow, name: str, saved: str) -> None:
    image = flow.server_uploads.upload(picture(), name, who="")
    with archive_of(flow, [image.key]) as archive:
        assert archive.namelist() == [saved]
    answer = requests.get(flow.gallery.download(image), timeout=5)
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{saved}"')


def test_equal_long_names_stay_apart_and_keep_their_extension(flow: Flow) -> None:
    keys = [carried(flow, f"{'n' * 250}.jpg", color) for color in ("red", "blue")]
    with archive_of(flow, keys) as archive:
        assert archive.namelist() == [f"{'n' * 196}.jpg", f"{'n' * 192} (2).jpg"]


def test_what_was_deleted_meanwhile_is_named(flow: Flow) -> None:
    keys = [carried(flow, "a.jpg"), carried(flow, "b.jpg")]
    flow.gallery.delete(keys[:1])
    with archive_of(flow, keys) as archive:
        assert archive.namelist() == ["b.jpg", "not in this archive.txt"]
        assert "a.jpg" in archive.read("not in this archive.txt").decode()


def test_a_key_of_somebody_else_is_left_out(flow: Flow) -> None:
    flow.bucket.put("secrets.txt", b"x", content_type="text/plain")
    with archive_of(flow, ["secrets.txt"]) as archive:
        assert archive.namelist() == []


def test_a_failure_in_the_midst_never_looks_complete(flow: Flow) -> None:
    keys = [carried(flow, "a.jpg"), carried(flow, "b.jpg")]
    meddling: Any = Meddling(flow.bucket)

    def fail() -> None:
        raise errors.BucketUnreachable("The bucket did not answer.")

    sent = b""
    with pytest.raises(errors.BucketUnreachable):  # noqa: PT012 - what was sent before counts
        for piece in stream_zip(flow.gallery, meddling, keys, web_copies=flow.web_copies):
            sent += piece
            meddling.before["read"] = fail
    assert sent
    assert not zipfile.is_zipfile(io.BytesIO(sent))


def test_memory_stays_at_a_few_pieces(flow: Flow) -> None:
    key = carried(flow, "a.jpg")
    flow.bucket.put(key, b"x" * 16 * 2**20, content_type="image/jpeg")
    sum(len(piece) for piece in stream_zip(flow.gallery, flow.bucket, [key], web_copies=flow.web_copies))
    tracemalloc.start()
    total = sum(
        len(piece) for piece in stream_zip(flow.gallery, flow.bucket, [key] * 4, web_copies=flow.web_copies)
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 64 * 2**20
    assert peak < 4 * 2**20
