"""The simulator says what AWS says, row by row of the evidence; and never `stored` where it cannot know."""

import base64
from typing import Any

import pytest

from tests.support.aws_evidence import Evidence, algorithm_of, base64_of, one
from tests.support.aws_evidence_values import EVIDENCE
from tests.support.forms import ACCESS, BODY, BUCKET, NOW, REGION, SECRET, digest
from uploader.presign.checksums import DIGEST_BYTES
from uploader.presign.checksums import digest as checksum
from uploader.presign.simulator import judge
from uploader.presign.verdict import Verdict


def ask(fields: Any, **more: Any) -> Verdict:
    known: dict[str, Any] = {
        "secret_key": SECRET,
        "access_key": ACCESS,
        "region": REGION,
        "filename": "photo.png",
        "body": BODY,
    }
    return judge(
        fields, size_bytes=len(BODY), sha256=digest(BODY), bucket=BUCKET, now=NOW, **{**known, **more}
    )


@pytest.mark.parametrize("row", EVIDENCE, ids=lambda row: row.name)
def test_aws_says(row: Evidence) -> None:
    found = ask(row.fields, **row.more)
    assert found.status == row.status, found
    assert row.code in (None, found.code)
    assert row.message in (None, found.message)
    assert row.details.items() <= found.details.items()
    assert found.rule.sentence.endswith(".")
    assert "None" not in found.message


def test_every_row_is_named_once_and_has_its_source() -> None:
    names = [row.name for row in EVIDENCE]
    assert len(set(names)) == len(names)
    assert all(row.source.startswith("https://") for row in EVIDENCE)


@pytest.mark.parametrize("name", sorted(set(DIGEST_BYTES) - {"sha256"}))
def test_without_the_body_nobody_can_tell(name: str) -> None:
    value = base64.b64encode(bytes(DIGEST_BYTES[name])).decode()
    found = ask(algorithm_of(name, value), body=None)
    assert (found.status, found.rule.kind, found.is_stored) == (0, "undetermined", False)
    assert found.rule.sentence.startswith("Cannot tell")


def test_an_md5_is_compared_with_the_body_only() -> None:
    assert ask(one("Content-MD5", base64_of("md5")), body=None).rule.kind == "undetermined"


def test_a_sha256_needs_no_body() -> None:
    fields = algorithm_of("sha256", base64_of("sha256"))
    assert ask(fields, body=None).is_stored
    unknown = judge(fields, size_bytes=len(BODY), sha256="", bucket=BUCKET, now=NOW)
    assert unknown.rule.kind == "undetermined"


@pytest.mark.parametrize(
    ("name", "value"),
    [  # the check values of https://reveng.sourceforge.io/crc-catalogue/all.htm
        ("crc32", "cbf43926"),
        ("crc32c", "e3069283"),
        ("crc64nvme", "ae8b14860a799888"),
        ("sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        ("md5", "25f9e794323b453885f5181f1b624d0b"),
    ],
)
def test_a_digest_has_its_check_value(name: str, value: str) -> None:
    found = checksum(name, b"123456789")
    assert found is not None
    assert found.hex() == value


def test_an_algorithm_that_python_lacks_has_no_digest() -> None:
    assert checksum("xxhash3", b"") is None
