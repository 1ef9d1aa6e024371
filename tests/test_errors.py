"""The tree of errors: sentences for people, codes for programs."""

import pickle

from uploader import errors


def test_str_is_the_sentence_and_code_has_a_default() -> None:
    error = errors.BucketUnreachable("The bucket did not answer.")
    assert str(error) == "The bucket did not answer."
    assert error.code == "bucket_unreachable"


def test_what_is_worth_a_retry() -> None:
    assert issubclass(errors.StorageBusy, errors.TRANSIENT)
    assert issubclass(errors.BucketUnreachable, errors.TRANSIENT)
    assert not issubclass(errors.StorageRefused, errors.TRANSIENT)


def test_every_error_is_in_the_tree() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == errors.__name__
    ]
    assert all(issubclass(kind, errors.UploaderError) for kind in kinds)


def test_facts_are_kept_for_the_log() -> None:
    error = errors.StorageRefused("No.", code="AccessDenied", status=403, request_id="R1", key="k")
    assert error.facts == {"status": 403, "request_id": "R1", "key": "k"}
    assert pickle.loads(pickle.dumps(errors.UploaderError("x"))).code == "uploader_error"
