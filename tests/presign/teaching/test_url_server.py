"""The URL simulator against the local store: GET, HEAD, PUT and DELETE, whole and with a fault."""

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import boto3
import requests
from botocore.config import Config

from tests.support.server_differences import Answer, code_in
from uploader.presign.policy import sha256_field
from uploader.presign.sigv4 import read_scope
from uploader.presign.teaching.presigned_url import read_presigned_url
from uploader.presign.teaching.sigv4_query import sign_query
from uploader.presign.teaching.url_simulator import judge_url
from uploader.storage.local import LocalStore

BODY = b"0123456789"
METHODS = {"GET": "get_object", "HEAD": "head_object", "PUT": "put_object", "DELETE": "delete_object"}
KEYS = ["a.png", "x/é—.png", "a b+c%20(1).png", "x/~a'!*;=&?#.png", "k" * 200]


@dataclass(frozen=True)
class Link:
    """A request by a link, as it is sent."""

    url: str
    method: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def swapped(name: str, value: str) -> Callable[[Link], Link]:
    """The link with another value of a parameter."""
    return lambda link: replace(
        link, url=re.sub(rf"(?<=[?&]{name}=)[^&]*", quote(value, safe="").replace("\\", ""), link.url)
    )


def without(name: str) -> Callable[[Link], Link]:
    return lambda link: replace(link, url=re.sub(rf"(?<=[?&]){name}=[^&]*&?", "", link.url).rstrip("&"))


def sent_with(**headers: str) -> Callable[[Link], Link]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda link: replace(link, headers={**link.headers, **named})


def other_method(link: Link) -> Link:
    return replace(link, method={"GET": "DELETE", "HEAD": "GET", "PUT": "GET", "DELETE": "PUT"}[link.method])


NOW = datetime.now(UTC)
SHA256 = sha256_field(hashlib.sha256(BODY).hexdigest())
FAULTS: dict[str, Callable[[Link], Link]] = {
    "no fault": lambda link: link,
    "another method": other_method,
    "another key": lambda link: replace(link, url=link.url.replace("?", "x?", 1)),
    "another parameter": lambda link: replace(link, url=f"{link.url}&response-content-type=text%2Fhtml"),
    "a flipped signature": swapped("X-Amz-Signature", "0" * 64),
    "no signature": without("X-Amz-Signature"),
    "no algorithm": without("X-Amz-Algorithm"),
    "no credential": without("X-Amz-Credential"),
    "no date": without("X-Amz-Date"),
    "no life": without("X-Amz-Expires"),
    "no signed headers": without("X-Amz-SignedHeaders"),
    "another algorithm": swapped("X-Amz-Algorithm", "AWS4-HMAC-SHA1"),
    "a malformed credential": swapped("X-Amz-Credential", "me"),
    "an unknown key": swapped("X-Amz-Credential", f"AKIAUNKNOWN/{NOW:%Y%m%d}/us-east-1/s3/aws4_request"),
    "a malformed date": swapped("X-Amz-Date", "yesterday"),
    "a malformed life": swapped("X-Amz-Expires", "soon"),
    "a life below zero": swapped("X-Amz-Expires", "-1"),
    "a life over a week": swapped("X-Amz-Expires", "604801"),
    "an x-amz- header that was not signed": sent_with(x_amz_acl="private"),
    "an Authorization header": sent_with(Authorization="Bearer x"),
    "a header that needs no signature": sent_with(Cache_Control="no-store"),
    "nothing signed": lambda link: replace(link, url=link.url.partition("?")[0]),
}
PUT_FAULTS: dict[str, tuple[dict[str, Any], dict[str, str], bytes]] = {
    "another type than signed": ({"ContentType": "image/png"}, {"Content-Type": "text/html"}, BODY),
    "the type that was signed": ({"ContentType": "image/png"}, {"Content-Type": "image/png"}, BODY),
    "no type where one was signed": ({"ContentType": "image/png"}, {}, BODY),
    "a type where none was signed": ({}, {"Content-Type": "text/html"}, BODY),
    "metadata as signed": ({"Metadata": {"who": "me"}}, {"x-amz-meta-who": "me"}, BODY),
    "other metadata": ({"Metadata": {"who": "me"}}, {"x-amz-meta-who": "you"}, BODY),
    "the content that was signed": ({"ChecksumSHA256": SHA256}, {}, BODY),
    "other content": ({"ChecksumSHA256": SHA256}, {}, b"other"),
    "any content where none was signed": ({}, {}, b"other"),
}  # fmt: skip
MALFORMED, MISSING = (400, "MalformedDate"), (400, "MissingFields")
DIFFERENT: dict[str, tuple[str, Answer]] = {
    "a malformed date": ("A malformed parameter has a code of its own.", MALFORMED),
    "a malformed life": ("A malformed parameter has a code of its own.", MALFORMED),
    "no signature": ("A missing parameter has a code of its own.", MISSING),
    "no signed headers": ("A missing parameter has a code of its own.", MISSING),
    "no algorithm": ("A missing parameter has a code of its own.", (400, "InvalidRequest")),
    "no date": ("A missing parameter has a code of its own.", (400, "AccessDenied")),
    "no credential": ("Without a credential the request counts as unsigned.", (403, "AccessDenied")),
    "another algorithm": ("An unknown algorithm is not supported.", (400, "InvalidRequest")),
    "signed for later": ("A link is good before its time.", (0, "")),
    "an Authorization header": ("The header is passed over.", (0, "")),
    "an x-amz- header that was not signed": (
        "Every x-amz- header counts as signed, so the signature does not fit.",
        (403, "SignatureDoesNotMatch"),
    ),
}
"""Fault -> why the server does not say what AWS says, and what it says; 0 is success."""


def client_of(store: LocalStore, secret: str | None = None) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        region_name=store.region,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=secret or store.secret_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
        ),
    )


def links(store: LocalStore) -> list[tuple[str, Link]]:
    """Each fault with a link that has it."""
    client, stranger = client_of(store), client_of(store, "another secret")
    found = []
    for (method, operation), key in itertools.product(METHODS.items(), KEYS):
        named = {"Bucket": store.bucket, "Key": key}
        url = client.generate_presigned_url(operation, Params=named, ExpiresIn=600)
        link = Link(url, method, body=BODY if method == "PUT" else b"")
        found += [(name, change(link)) for name, change in FAULTS.items()]
        other = stranger.generate_presigned_url(operation, Params=named, ExpiresIn=600)
        found.append(("another secret", replace(link, url=other)))
        found.append(("ended", in_time(link, store, -601)))
        found.append(("signed for later", in_time(link, store, 3_600)))
    for name, (more, headers, body) in PUT_FAULTS.items():
        url = client.generate_presigned_url("put_object", Params={**named, **more}, ExpiresIn=600)
        promised = {"x-amz-checksum-sha256": more["ChecksumSHA256"]} if "ChecksumSHA256" in more else {}
        signed = {n: v for n, v in promised.items() if n in url.partition("SignedHeaders=")[2]}
        found.append((name, Link(url, "PUT", {**headers, **signed}, body)))
    return found


def answer_of(link: Link) -> Answer:
    sent = requests.request(link.method, link.url, headers=link.headers, data=link.body or None, timeout=30)
    return sent.status_code, code_in(sent.text)


def in_time(link: Link, store: LocalStore, seconds: int) -> Link:
    """The link as it would have been signed at another time, for ten minutes."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    scope = f"{store.access_key}/{moment:%Y%m%d}/{store.region}/s3/aws4_request"
    dated = swapped("X-Amz-Credential", scope)(swapped("X-Amz-Date", f"{moment:%Y%m%dT%H%M%SZ}")(link))
    text = read_presigned_url(dated.url).string_to_sign(link.method, link.headers)
    return swapped("X-Amz-Signature", sign_query(text, store.secret_key, read_scope(scope)))(dated)


def expected_of(name: str, link: Link, store: LocalStore) -> Answer:
    """What AWS says, or what the list says of this server; a HEAD has no code."""
    verdict = judge_url(
        link.url,
        method=link.method,
        now=datetime.now(UTC),
        headers=link.headers,
        body=link.body,
        secret_key=store.secret_key,
        access_key=store.access_key,
        region=store.region,
    )
    status, code = (verdict.status, verdict.code)
    if name in DIFFERENT:
        assert not verdict.is_stored
        status, code = DIFFERENT[name][1]
        status = status or (204 if link.method == "DELETE" else 200)
    return status, "" if link.method == "HEAD" else code


def test_they_agree_but_for_the_named_differences(store: LocalStore) -> None:
    client, differ, seen = client_of(store), [], Counter[str]()
    for name, link in links(store):
        if link.method in ("GET", "HEAD"):
            for key in KEYS[:1] if name != "no fault" else KEYS:
                client.put_object(Bucket=store.bucket, Key=key, Body=BODY)
        expected, found = expected_of(name, link, store), answer_of(link)
        is_gone = found[0] == 404 and expected[0] == 200  # an earlier link has deleted it
        if found != expected and not is_gone:
            differ.append((name, link.method, expected, found))
        seen[name] += 1
    assert differ == []
    assert sum(seen.values()) > 450
    assert set(DIFFERENT) <= set(seen)
