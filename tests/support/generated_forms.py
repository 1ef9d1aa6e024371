"""Forms as hypothesis makes them: mostly good ones, with a fault or two in any place."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from tests.support.forms import digest, encode, signed, signing
from tests.support.server_differences import TOO_LONG, Case
from uploader.presign.policy import sha256_field
from uploader.storage.local import LocalStore

NEVER, PAST = "2035-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
FIELDS = {
    "Content-Type": ["image/png,text/html", "image/png", "image/png,image/jpeg"],
    "success_action_status": ["200", "201", "404"],
    "success_action_redirect": ["/relative", "http://a.test/done"],
    "x-amz-meta-who": ["me", "you"],
    "Cache-Control": ["no-store"],
    "acl": ["public-read"],
    "x-amz-storage-class": ["STANDARD", "Fake"],
    "x-ignore-me": ["x"],
    "tagging": ["no xml", "<Tagging><TagSet></TagSet></Tagging>"],
    "submit": ["Upload"],
    "x-amz-meta-name": ["${filename}", "${filename}.bak"],
    "x-amz-meta-long": [TOO_LONG],
    "x-amz-server-side-encryption": ["bogus"],
    "x-amz-website-redirect-location": ["/a", "bogus"],
}
SHAPES = ["simple", "eq", "prefix", "anything", "other", "other start", "no $", "case", "none"]


def condition(shape: str, name: str, value: str) -> list[Any]:
    return {
        "simple": [{name: value}],
        "eq": [["eq", f"${name}", value]],
        "prefix": [["starts-with", f"${name}", value[:3]]],
        "anything": [["starts-with", f"${name}", ""]],
        "other": [{name: f"{value}-not"}],
        "other start": [["Starts-With", f"${name}", "not"]],
        "no $": [["eq", name, value]],
        "case": [["eq", f"${name.upper()}", value]],
        "none": [],
    }[shape]


PROMISED = [
    ("x-amz-checksum-sha256", sha256_field(digest(b"0123456789"))),
    ("x-amz-checksum-sha256", sha256_field(digest(b""))),
    ("x-amz-checksum-sha256", "none"),
    ("x-amz-checksum-crc32", "pobHxg=="),
    ("x-amz-checksum-crc32", "AAAAAA=="),
    ("x-amz-checksum-crc64nvme", "none"),
]
GOOD = ["simple", "eq", "prefix", "anything", "case"]
shapes = st.one_of(st.sampled_from(GOOD), st.sampled_from(GOOD), st.sampled_from(SHAPES))
ranges = st.sampled_from(
    [[]] * 4
    + [
        [["content-length-range", *bounds]]
        for bounds in ((0, 99), ("1", "99"), (11, 99), (1, 9), (99, 1), (10, 10))
    ]
    + [[["content-length-range", "a", 9]]]
)
MALFORMED: list[Any] = [
    "no json",
    "[]",
    "{}",
    {"conditions": []},
    {"expiration": NEVER},
    {"EXPIRATION": NEVER, "conditions": []},
    {"expiration": NEVER, "conditions": {}},
    {"expiration": NEVER, "conditions": [], "version": 1},
    {"expiration": 5, "conditions": []},
    {"expiration": "2035-01-01 00:00:00Z", "conditions": []},
    {"expiration": "2035-01-01T00:00:00+02:00", "conditions": []},
    {"expiration": NEVER, "conditions": [{}]},
    *(
        {"expiration": NEVER, "conditions": [item]}
        for item in (
            [],
            ["eq"],
            "x",
            ["bogus", "$key", "a"],
            ["content-length-range", 0],
            ["content-length-range", -1, 99],
            ["content-length-range", 1.0, 99.0],
            {"key": 5},
            {"key": None},
            {"key": "a.png", "bucket": "uploads"},
        )
    ),
]


@st.composite
def cases(draw: st.DrawFn, store: LocalStore) -> Case:
    key = draw(
        st.sampled_from(
            ["a.png", "x/é—.png", "x/${filename}", "x$$y.png", "k" * 1_025, "k" * 256, "a b+c.png"]
        )
    )
    sent, conditions = {}, draw(ranges)
    for name in draw(st.lists(st.sampled_from(list(FIELDS)), unique=True, max_size=3)):
        value = draw(st.sampled_from(FIELDS[name]))
        sent[name] = value
        conditions = conditions + condition(draw(shapes), name, value)
    if draw(st.integers(0, 3)) == 0:
        name, promised = draw(st.sampled_from(PROMISED))
        sent[name] = promised
        conditions = [*conditions, {name: promised}]
    if draw(st.integers(0, 5)) == 0:
        absent = draw(st.sampled_from(["Content-Type", "x-amz-meta-who", "foo"]))
        if absent not in sent:
            conditions = [*conditions, ["starts-with", f"${absent}", draw(st.sampled_from(["", "x"]))]]
    conditions = conditions + condition(draw(shapes), "key", key.partition("${")[0])
    fields = draw(signatures(store, {"key": key, **sent}, conditions))
    filename = draw(st.sampled_from(["photo.png", "my photo.png"]))
    case = Case(fields, b"0123456789", store.access_key, store.secret_key, filename)
    bucket = draw(st.sampled_from(["uploads"] * 9 + ["elsewhere"]))
    # Without a condition on the bucket, the server would only say that there is no such bucket.
    return replace(case, bucket=bucket) if '{"bucket":' in json.dumps(case.policy) else case


@st.composite
def signatures(
    draw: st.DrawFn, store: LocalStore, sent: dict[str, str], conditions: list[Any]
) -> dict[str, str]:
    """The form signed, mostly well."""
    now = datetime.now(UTC)
    fault = draw(
        st.sampled_from(["no fault"] * 12 + ["past", "secret", "access", "cut", "late text", "malformed"])
    )
    access = "AKIAUNKNOWN" if fault == "access" else store.access_key
    secret = "another" if fault == "secret" else store.secret_key
    credential = signing(now, access, store.region)
    bucket = draw(st.sampled_from([[{"bucket": "uploads"}]] * 9 + [[]]))
    exact = [*bucket, *({name: value} for name, value in credential.items())]
    policy: Any = {"expiration": PAST if fault == "past" else NEVER, "conditions": [*exact, *conditions]}
    if fault == "malformed":
        policy = draw(st.sampled_from(MALFORMED))
    fields = signed(encode(policy), {**sent, **credential}, secret=secret)
    if fault == "cut":
        fields["policy"] = fields["policy"][:-2]
    if fault == "late text":
        fields["policy"] = encode({**policy, "expiration": "2036-01-01T00:00:00Z"})
    return {name.upper(): value for name, value in fields.items()} if draw(st.booleans()) else fields
