"""The bucket's calls for many objects, on the real store."""

import pytest

from tests.support.buckets import keep_versions, versions_in
from uploader import errors
from uploader.storage.bucket import Bucket


def put(bucket: Bucket, *keys: str) -> None:
    for key in keys:
        bucket.put(key, b"x", content_type="image/jpeg")


def keys(bucket: Bucket) -> list[str]:
    return [stored.key for stored in bucket.list("").objects]


def test_many_are_deleted_in_one_call_and_missing_ones_are_no_fault(bucket: Bucket) -> None:
    put(bucket, "a", "b", "c & <d>")
    found = bucket.delete_many(["a", "c & <d>", "not there"])
    assert [(one.key, one.marker, one.error) for one in found] == [
        ("a", "", None),
        ("c & <d>", "", None),
        ("not there", "", None),
    ]
    assert keys(bucket) == ["b"]


def test_nothing_to_delete_asks_nothing(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(bucket, "_client", None)
        assert bucket.delete_many([]) == []


def test_a_refusal_is_told_apart_by_key(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def delete_objects(self, **_: object) -> dict[str, object]:
            refused = {"Key": "b", "Code": "AccessDenied", "Message": "Access Denied"}
            return {"Deleted": [{"Key": "a"}], "Errors": [refused]}

    with monkeypatch.context() as patch:
        patch.setattr(bucket, "_client", Client())
        first, second = bucket.delete_many(["a", "b"])
    assert first.error is None
    assert second.error is not None
    assert second.error.code == "AccessDenied"


def test_versions_hide_a_deleted_object_and_bring_it_back(bucket: Bucket) -> None:
    assert bucket.is_versioned() is False
    bucket._client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    assert bucket.is_versioned() is True
    put(bucket, "a")
    (gone,) = bucket.delete_many(["a"])
    assert gone.marker
    assert keys(bucket) == []
    bucket.undelete("a", gone.marker)
    assert keys(bucket) == ["a"]


def test_every_version_of_an_object_is_deleted_and_no_other(bucket: Bucket) -> None:
    put(bucket, "a")
    keep_versions(bucket)
    put(bucket, "a", "a", "a-longer", "b")
    bucket.delete_many(["a"])
    put(bucket, "a")
    bucket.delete_versions("a", "not there")
    assert {key for key, _ in versions_in(bucket)} == {"a-longer", "b"}
    assert keys(bucket) == ["a-longer", "b"]
    bucket.delete_versions("a-longer", "b")
    assert versions_in(bucket) == []


def test_without_versions_the_object_itself_is_deleted(bucket: Bucket) -> None:
    put(bucket, "a", "b")
    bucket.delete_versions("a")
    assert keys(bucket) == ["b"]


def test_more_versions_than_a_listing_holds(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_versions(bucket)
    put(bucket, *"aaaaa")
    client = bucket._client
    whole = client.list_object_versions
    with monkeypatch.context() as patch:
        patch.setattr(client, "list_object_versions", lambda **asked: whole(**asked, MaxKeys=2))
        bucket.delete_versions("a")
    assert versions_in(bucket) == []


def test_a_version_that_must_stay_is_a_refusal(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def list_object_versions(self, **_: object) -> dict[str, object]:
            return {"Versions": [{"Key": "a", "VersionId": "1"}], "IsTruncated": False}

        def delete_objects(self, **_: object) -> dict[str, object]:
            refused = {"Key": "a", "VersionId": "1", "Code": "AccessDenied", "Message": "Access Denied"}
            return {"Errors": [refused]}

    with monkeypatch.context() as patch:
        patch.setattr(bucket, "_client", Client())
        with pytest.raises(errors.StorageRefused) as caught:
            bucket.delete_versions("a")
    assert caught.value.code == "AccessDenied"
