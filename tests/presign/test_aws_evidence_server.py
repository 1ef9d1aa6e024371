"""The forms of the evidence, signed for the local store and really sent: each difference has its reason."""

import base64
import re
from datetime import UTC, datetime

import pytest
import requests

from tests.support.aws_evidence import Evidence, Fields
from tests.support.aws_evidence_values import EVIDENCE
from tests.support.forms import BODY, BUCKET, IN_AN_HOUR, NOW, encode, signing
from tests.support.generated_forms import NEVER
from tests.support.server_differences import Answer, code_in
from uploader.presign.post_request import pairs
from uploader.presign.sigv4 import read_scope, sign
from uploader.storage.local import LocalStore

NOT_FOR_THIS_SERVER = {
    "a temporary key without its token": "none of the server's own keys is temporary",
    "signed 8 days ago": "its key would be of another day",
    "signed 7 days ago": "its key would be of another day",
}
STORED, DENIED, INVALID = (204, ""), (403, "AccessDenied"), (400, "InvalidRequest")
UNREADABLE = (403, "PostPolicyInvalidKeyName")
DIFFERENT: list[tuple[str, str, Answer]] = [
    ("No condition on the bucket is asked for.", "no condition on the bucket.*", STORED),
    ("The bucket is compared exactly only.", "a condition on the bucket by its start", DENIED),
    ("Only x-amz- fields need a condition.", "an extra field is named in lower case", STORED),
    ("The file's name is filled into the key only.", "success_action_redirect is filled in .*", (303, "")),
    (
        "The file's name is filled into the key only.",
        "(x-amz-meta-name|Cache-Control) is filled in .*",
        STORED,
    ),
    ("The file's name is filled into the key only.", "metadata filled in|a file name filled in .*", DENIED),
    ("Of equal names the first counts.", "equal names, a condition on the first", STORED),
    ("Of equal names the first counts.", "equal names in other letter case", DENIED),
    ("Of equal names the first counts.", "equal names, a condition on both", DENIED),
    ("SHA-512 and MD5 are unknown algorithms.", "the right (sha512|md5)", INVALID),
    (
        "A checksum that is none is a wrong one.",
        "no (crc32|crc32c|crc64nvme|sha1|sha256)",
        (400, "BadDigest"),
    ),
    ("A checksum that is none is a wrong one.", "crc(32|64nvme) of the wrong length", (400, "BadDigest")),
    ("A checksum of an unknown algorithm is not looked at.", "(sha512|xxhash3) of the wrong length", STORED),
    ("A checksum of an unknown algorithm is not looked at.", "a value of an unknown algorithm", STORED),
    ("Of two checksums one is looked at.", "two checksums", STORED),
    ("Of two checksums one is looked at.", "two checksums, both wrong", (400, "BadDigest")),
    ("An algorithm without its value asks for nothing.", "an algorithm (alone|with the value of .*)", STORED),
    ("A condition on Content-MD5 or tagging fails.", "(the right|another|no) MD5|.*\\btags?\\b.*", DENIED),
    ("A condition on Content-MD5 or tagging fails.", "a (name of 129|value of 257) characters", DENIED),
    ("A condition on Content-MD5 or tagging fails.", "a value with a hash sign", DENIED),
    ("Metadata is not weighed.", "metadata over 2 KB.*", STORED),
    ("An unknown encryption is passed over.", "an (unknown encryption|encryption in lower case)", STORED),
    ("A KMS key is passed over without aws:kms.", "a KMS key without aws:kms", STORED),
    ("No key service is there.", "encryption aws:kms", (500, "InternalError")),
    ("SSE-C is allowed, but not by halves.", "SSE-C by (algorithm|key)", INVALID),
    ("The redirect location is not looked at.", "a redirect to (bogus|ftp://a.test|)", STORED),
    ("No canned access control list is looked at.", "an unknown (access control )?list.*", STORED),
    ("A key with a segment . or .. is refused, with another code.", r"a key (.*/)?\.\.?(/.*)?", INVALID),
    ("An empty segment of a key is passed over.", "a key //", STORED),
    ("The media type is compared by letter case.", "a boundary in quotes", (405, "MethodNotAllowed")),
    ("A form over 20 KB is accepted.", "names and values under 20 KB, boundaries not", STORED),
    (
        "Signing fields are compared with their conditions only.",
        "another algorithm|a date that is none",
        DENIED,
    ),
    ("A key of another region is an unknown key.", "a wrong region", (403, "InvalidAccessKeyId")),
    (
        "A policy that cannot be read has one code.",
        ".* for the expiration|no expiration but null",
        UNREADABLE,
    ),
    ("A policy that cannot be read has one code.", "an IAM policy", UNREADABLE),
    ("An escaped dollar sign is no JSON.", "(an|two) escaped dollar signs? .*", UNREADABLE),
    ("Base64 is asked of the request, not of the policy.", "no base64", (400, "MalformedPOSTRequest")),
    ("An empty policy asks for nothing.", "an empty policy", STORED),
    ("A key may hold $$.", "two dollar signs in a key", STORED),
]
ROWS = [row for row in EVIDENCE if row.name not in NOT_FOR_THIS_SERVER]


def for_store(fields: Fields, store: LocalStore) -> list[tuple[str, str]]:
    """The same form with the store's bucket, key and clock."""
    now = datetime.now(UTC)
    theirs, ours = signing(NOW), signing(now, store.access_key, store.region)
    swaps = [(f'"{BUCKET}"', f'"{store.bucket}"'), ('"pic"', f'"{store.bucket[:3]}"'), (IN_AN_HOUR, NEVER)]
    swaps += [(theirs[name], ours[name]) for name in theirs]
    values = dict(pairs(fields))
    policy = values["policy"]
    try:
        text = base64.b64decode(policy, validate=True).decode()
        for old, new in swaps:
            text = text.replace(old, new)
        policy = encode(text)
    except ValueError:
        pass
    changed = {n: ours[n] for n in theirs if values.get(n) == theirs[n]}
    if "x-amz-credential" in changed and len(values["x-amz-signature"]) == 64:
        changed["x-amz-signature"] = sign(policy, store.secret_key, read_scope(ours["x-amz-credential"]))
    changed["policy"] = policy
    return [(name, changed.get(name, value)) for name, value in pairs(fields)]


def answer_of(row: Evidence, store: LocalStore) -> Answer:
    url, file = f"{store.endpoint_url}/{store.bucket}/", ("photo.png", BODY, "image/png")
    request = requests.Request("POST", url, data=for_store(row.fields, store), files={"file": file}).prepare()
    if "enclosure" in row.more:
        boundary = str(request.headers["Content-Type"]).partition("boundary=")[2]
        request.headers["Content-Type"] = row.more["enclosure"].replace("a b", boundary)
    with requests.Session() as session:
        sent = session.send(request, allow_redirects=False)
    return sent.status_code, code_in(sent.text)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_server_agrees_but_for_what_the_list_says(row: Evidence, store: LocalStore) -> None:
    found = answer_of(row, store)
    instead = next((answer for _, names, answer in DIFFERENT if re.fullmatch(names, row.name)), None)
    if instead is None:
        assert found == (row.status, found[1] if row.code is None else row.code)
    else:
        assert found == instead
        assert found != (row.status, row.code)


def test_each_difference_is_of_a_form_that_was_sent() -> None:
    names = [row.name for row in ROWS]
    assert [names_ for _, names_, _ in DIFFERENT if not any(re.fullmatch(names_, n) for n in names)] == []
