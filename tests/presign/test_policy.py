"""Fields and conditions come from one object and cannot drift apart; any text fits the metadata."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.presign.policy import PostRules, decode_text, encode_text, sha256_field

SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126))
NAMES = st.from_regex(r"[a-z0-9-]{1,9}", fullmatch=True)


@given(st.text(min_size=1).filter(lambda key: "${" not in key), ASCII, st.integers(0, 5 * 2**30),
       st.dictionaries(NAMES, ASCII, max_size=4))  # fmt: skip
def test_every_field_has_its_exact_condition(
    key: str, kind: str, size: int, metadata: dict[str, str]
) -> None:
    rules = PostRules(key, kind, size, SHA, metadata)
    *exact, length = rules.conditions()
    assert exact == [{name: value} for name, value in rules.fields().items()]
    assert length == ["content-length-range", size, size]
    assert rules.fields()["key"] == rules.key


def test_the_fields_of_one_form() -> None:
    assert PostRules("a.png", "image/png", 0, SHA, {"name": "b.png"}).fields() == {
        "key": "a.png",
        "Content-Type": "image/png",
        "success_action_status": "201",
        "x-amz-checksum-algorithm": "SHA256",
        "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "x-amz-meta-name": "b.png",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"key": "x/${filename}"},
        {"sha256": SHA[:-2]},
        {"sha256": "no hex"},
        {"sha256": ""},
        {"size_bytes": -1},
        {"metadata": {"Name": "a"}},
        {"metadata": {"näme": "a"}},
        {"metadata": {"name": "é"}},
        {"metadata": {"name": "a\nb"}},
        {"metadata": {"name": "a\x7f"}},
    ],
)
def test_rules_that_could_mean_something_else_cannot_be_made(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several rules, one kind of error
        PostRules(**{"key": "a", "content_type": "image/png", "size_bytes": 1, "sha256": SHA, **change})


def test_rules_are_frozen() -> None:
    with pytest.raises(AttributeError):
        PostRules("a", "b", 1, SHA).key = "c"  # type: ignore[misc]


@given(st.binary(min_size=32, max_size=32))
def test_a_checksum_field_is_the_base64_of_the_bytes(digest: bytes) -> None:
    assert base64.b64decode(sha256_field(digest.hex()), validate=True) == digest


@given(st.text(), st.integers(0, 99))
def test_any_text_fits_the_metadata(text: str, max_bytes: int) -> None:
    value = encode_text(text, max_bytes=max_bytes)
    assert value.isascii()
    assert value.isprintable()
    assert len(value) <= max_bytes
    clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert clean.startswith(decode_text(value))
    # a character is at most four bytes of UTF-8, each written as %XX
    assert decode_text(encode_text(text, max_bytes=12 * len(text))) == clean


def test_a_cut_keeps_whole_characters() -> None:
    assert encode_text("aé😀", max_bytes=7) == "a%C3%A9"
    assert encode_text("100% & 'sure'", max_bytes=99) == "100%25%20%26%20'sure'"
    assert decode_text("%ff") == "\ufffd"
