"""The verdict on a form speaks of the store at hand too."""

import pytest

from uploader.presign.teaching.store_notes import StoreKind, store_kind, store_note


@pytest.mark.parametrize(
    ("address", "is_local", "kind"),
    [
        ("https://s3.eu-west-1.amazonaws.com", False, StoreKind.AWS),
        ("https://pictures.s3.amazonaws.com/", False, StoreKind.AWS),
        ("https://s3.cn-north-1.amazonaws.com.cn", False, StoreKind.AWS),
        ("http://127.0.0.1:8333", True, StoreKind.LOCAL),
        ("http://127.0.0.1:9000", False, StoreKind.OTHER),
        ("https://account.r2.cloudflarestorage.com", False, StoreKind.OTHER),
        ("https://s3.amazonaws.com.attacker.test", False, StoreKind.OTHER),
        ("", False, StoreKind.OTHER),
    ],
)
def test_a_store_is_known_by_its_address(address: str, is_local: bool, kind: StoreKind) -> None:
    assert store_kind(address, is_local=is_local) is kind


def test_on_aws_there_is_nothing_to_add() -> None:
    assert store_note(StoreKind.AWS, pins_content=True) == ""


def test_the_local_store_takes_more_fields() -> None:
    assert "Cache-Control, acl or a redirect" in store_note(StoreKind.LOCAL, pins_content=True)


def test_another_store_may_not_compare_the_checksum() -> None:
    assert "do not compare the checksum" in store_note(StoreKind.OTHER, pins_content=True)
    assert "checksum" not in store_note(StoreKind.OTHER, pins_content=False)


@pytest.mark.parametrize("kind", StoreKind)
def test_what_was_tried_is_known(kind: StoreKind) -> None:
    tried = store_note(kind, pins_content=True, accepted=["Redirect", "Extra field"])
    assert tried.endswith("accepts what AWS refuses: Redirect, Extra field.")
    assert "refuses all" in store_note(kind, pins_content=True, accepted=[])
