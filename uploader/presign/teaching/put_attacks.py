"""What somebody who holds a presigned PUT or GET may try, each attack beside the one on a form.

Pure, as `attacks`: an attack changes the request, `judged_url` says what S3 answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from uploader.presign.policy import sha256_field
from uploader.presign.teaching.attacks import ATTACKS, HONEST, Attack, File, changed_field
from uploader.presign.teaching.presigned_url import read_presigned_url
from uploader.presign.teaching.url_simulator import judge_url
from uploader.presign.verdict import Verdict

_BY_NAME: Final = {attack.name: attack for attack in (HONEST, *ATTACKS)}
_LARGER_BYTES: Final = 5 * 1024 * 1024
_PAGE: Final = b"<!doctype html><script>alert(document.domain)</script>"


@dataclass(frozen=True, slots=True)
class UrlRequest:
    """A request by a presigned URL: what is sent, Host and Content-Length aside."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """The object that it is about."""
        return read_presigned_url(self.url).key


@dataclass(frozen=True, slots=True)
class UrlAttack:
    """One attack on a link. `post` is the same attack on a form, None where a form cannot do it."""

    name: str
    title: str
    apply: Callable[[UrlRequest], UrlRequest]
    post: Attack | None = None
    is_late: bool = False


def honest_put(url: str, file: File, content_type: str, *, is_exact: bool) -> UrlRequest:
    """The upload that a link is for; an exact one must be sent with the headers that were signed."""
    headers = {"content-type": content_type}
    if is_exact:
        headers["x-amz-checksum-sha256"] = sha256_field(file.sha256)
    return UrlRequest("PUT", url, headers, file.body)


def judged_url(attack: UrlAttack, request: UrlRequest, *, now: datetime, **known: Any) -> Verdict:
    """What S3 answers to an attack. `known` goes to `judge_url`: secret_key, access_key, region."""
    changed = attack.apply(request)
    url = read_presigned_url(changed.url)
    moment = url.expires_at + timedelta(seconds=1) if attack.is_late and url.expires_at else now
    headers = {"content-length": str(len(changed.body)), **changed.headers}
    return judge_url(url, method=changed.method, now=moment, headers=headers, body=changed.body, **known)


def _unchanged(request: UrlRequest) -> UrlRequest:
    return request


def _header(name: str, value: str) -> Callable[[UrlRequest], UrlRequest]:
    return lambda request: replace(request, headers={**request.headers, name: value})


def _method(name: str) -> Callable[[UrlRequest], UrlRequest]:
    return lambda request: replace(request, method=name, headers={}, body=b"")


def _larger(request: UrlRequest) -> UrlRequest:
    return replace(request, body=request.body + bytes(_LARGER_BYTES))


def _smaller(request: UrlRequest) -> UrlRequest:
    return replace(request, body=request.body[: len(request.body) // 2])


def _swapped(request: UrlRequest) -> UrlRequest:
    return replace(request, body=bytes(255 - byte for byte in request.body[:1_024]) + request.body[1_024:])


def _web_page(request: UrlRequest) -> UrlRequest:
    size = len(request.body)
    return replace(request, body=_PAGE[:size].ljust(size))


def _other_key(request: UrlRequest) -> UrlRequest:
    parts = urlsplit(request.url)
    folder = parts.path.rpartition("/")[0]
    return replace(request, url=urlunsplit(parts._replace(path=f"{folder}/somebody-elses-picture.png")))


def _parameter(name: str, value: str | None) -> Callable[[UrlRequest], UrlRequest]:
    """Another value for a parameter of the address; None leaves it out."""

    def change(request: UrlRequest) -> UrlRequest:
        parts = urlsplit(request.url)
        pairs = dict(parse_qsl(parts.query, keep_blank_values=True))
        pairs = {each: text for each, text in pairs.items() if each != name}
        if value is not None:
            pairs[name] = value
        return replace(request, url=urlunsplit(parts._replace(query=urlencode(pairs, quote_via=quote))))

    return change


def _flipped_signature(request: UrlRequest) -> UrlRequest:
    found = read_presigned_url(request.url).parameter("X-Amz-Signature")
    return _parameter("X-Amz-Signature", found[:-1] + ("1" if found.endswith("0") else "0"))(request)


_CACHE: Final = ("Cache-Control", "public, max-age=31536000")

PUT_ATTACKS: Final = (
    UrlAttack("honest", "As it is meant", _unchanged, HONEST),
    UrlAttack("too-big", "A larger file", _larger, _BY_NAME["too-big"]),
    UrlAttack("too-small", "A truncated file", _smaller, _BY_NAME["too-small"]),
    UrlAttack(
        "other-type", "text/html as its type", _header("content-type", "text/html"), _BY_NAME["other-type"]
    ),
    UrlAttack("swapped", "Other bytes, same size", _swapped, _BY_NAME["swapped"]),
    UrlAttack("disguised", "A web page in disguise", _web_page, _BY_NAME["disguised"]),
    UrlAttack("other-key", "Another key", _other_key, _BY_NAME["other-key"]),
    UrlAttack(
        "extra", "Metadata nobody signed", _header("x-amz-meta-injected", "1"), _BY_NAME["extra-field"]
    ),
    UrlAttack("public", "A public ACL", _header("x-amz-acl", "public-read"), _BY_NAME["public"]),
    UrlAttack(
        "cache",
        "Cached for a year",
        _header(*_CACHE),
        Attack(
            "cache",
            "Cache-Control",
            "Let browsers keep it for a year.",
            lambda form, file: (changed_field(form, *_CACHE), file),
        ),
    ),
    UrlAttack("delete", "DELETE instead", _method("DELETE")),
    UrlAttack("signature", "Another signature", _flipped_signature, _BY_NAME["changed-signature"]),
    UrlAttack("late", "After its end", _unchanged, _BY_NAME["late"], is_late=True),
)
"""Each attack on a presigned PUT with the same one on a form, in the order in which the lab shows them."""

TYPE_OVERRIDE: Final = "response-content-type"
GET_ATTACKS: Final = (
    UrlAttack("as-signed", "As it was signed", _unchanged),
    UrlAttack("other-override", "Another type in the address", _parameter(TYPE_OVERRIDE, "text/html")),
    UrlAttack("no-override", "The type left out", _parameter(TYPE_OVERRIDE, None)),
    UrlAttack("other-key", "Another key", _other_key),
    UrlAttack("longer", "A longer life", _parameter("X-Amz-Expires", "604800")),
    UrlAttack("delete", "DELETE instead", _method("DELETE")),
    UrlAttack("late", "After its end", _unchanged, is_late=True),
)
"""What somebody may try with a presigned GET that has overrides."""
