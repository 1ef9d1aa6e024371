"""Whatever somebody pastes into the lab, recognised: a form, a presigned URL, a policy, or S3's error.

Nothing is sent, stored or logged. The text is bounded, and every pattern is read in linear time.
"""

import base64
import binascii
import html
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

from uploader.presign.policy_document import plain_json
from uploader.presign.teaching.error_xml import S3Error, read_error
from uploader.presign.teaching.literals import cleaned, read_values
from uploader.presign.teaching.pasted_form import (
    PastedForm,
    form_in,
    read_curl,
    read_html,
    read_lines,
    read_multipart,
    shell_words,
)
from uploader.presign.teaching.presigned_url import PresignedUrl, read_presigned_url

MAX_CHARACTERS: Final = 65_536
_URL: Final = re.compile(r"https?://[^\s\"'<>`\\^{}|]{4,16000}")
_METHOD: Final = re.compile(r"\b(GET|PUT|HEAD|DELETE)\b")
_BASE64: Final = re.compile(r"(?<![\w+/-])eyJ[A-Za-z0-9+/_-]{16,}={0,2}")
_BY_OPERATION: Final = {
    "putobject": "PUT",
    "getobject": "GET",
    "headobject": "HEAD",
    "deleteobject": "DELETE",
    "uploadpart": "PUT",
}


class PasteFault(ValueError):
    """The text is too long, or nothing in it is known; `str()` is the sentence for the page."""


@dataclass(frozen=True, slots=True)
class PastedUrl:
    """A presigned URL and the request that was meant. `is_guess`: the text did not tell the method."""

    url: PresignedUrl
    method: str
    headers: tuple[tuple[str, str], ...] = ()
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was recognised; an error may come with the URL that it answers."""

    kind: Literal["form", "url", "policy", "error"]
    form: PastedForm | None = None
    url: PastedUrl | None = None
    policy: str = ""
    """The policy's JSON."""
    error: S3Error | None = None


def read_paste(text: str) -> Pasted:
    """Recognises a pasted text. Raises PasteFault with a sentence."""
    if len(text) > MAX_CHARACTERS:
        raise PasteFault(f"The text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.")
    clean = cleaned(text)
    if not clean:
        raise PasteFault("Paste a form, a presigned URL, a policy, or an error of S3.")
    error = read_error(clean) if _may_be_error(clean) else None
    if error:
        return Pasted("error", error=error, url=_url_in(clean))
    form = _form_in(clean)
    if form:
        return Pasted("form", form=form)
    url = _url_in(clean)
    if url:
        return Pasted("url", url=url)
    policy = _policy_in(clean)
    if policy:
        return Pasted("policy", policy=policy)
    if (late := read_error(clean)) is not None:
        return Pasted("error", error=late)
    raise PasteFault(
        "This is no form, presigned URL, policy or error of S3 that is known here; "
        "paste all of it, with its signature."
    )


def _may_be_error(text: str) -> bool:
    return "Code>" in text or "Code&gt;" in text or "An error occurred (" in text


def _form_in(text: str) -> PastedForm | None:
    candidates: list[PastedForm | None] = []
    for form in (text, html.unescape(text)):
        if re.search(r"<(?:form|input|textarea)\b", form, re.IGNORECASE):
            candidates.append(read_html(form))
            break
    if "form-data" in text and "name=" in text:
        candidates.append(read_multipart(text.replace("\\r\\n", "\n").replace('\\"', '"')))
    if re.search(r"\bcurl(?:\.exe)?\b", text):
        candidates.append(read_curl(shell_words(text)))
    candidates += [form_in(value) for value in read_values(text)]
    candidates.append(read_lines(text))
    return next((form for form in candidates if form and form.is_signed), None)


def _url_in(text: str) -> PastedUrl | None:
    plain = html.unescape(text.replace("\\u0026", "&").replace("\\/", "/").replace("^&", "&"))
    for found in _URL.finditer(re.sub(r"\\([&?=])", r"\1", plain)):
        try:
            url = read_presigned_url(found[0].rstrip(".,;)]"))
        except ValueError:
            continue
        if url.version != "unsigned":
            return _request(url, text)
    return None


def _request(url: PresignedUrl, text: str) -> PastedUrl:
    headers: list[tuple[str, str]] = []
    words = shell_words(text) if "curl" in text else []
    method = ""
    for word, following in pairwise([*words, ""]):
        if word in ("-H", "--header") and ":" in following:
            name, _, value = following.partition(":")
            headers.append((name.strip(), value.strip()))
        elif word in ("-X", "--request"):
            method = following.upper()
        elif word in ("-T", "--upload-file"):
            method = method or "PUT"
        elif word in ("-I", "--head"):
            method = method or "HEAD"
    if words:
        return PastedUrl(url, method or "GET", tuple(headers))
    method = _BY_OPERATION.get(url.parameter("x-id").lower(), "")
    if not method and (named := _METHOD.search(_URL.sub(" ", text))):
        method = named[1]
    if method:
        return PastedUrl(url, method)
    writes = any(name.startswith(("content-", "x-amz-meta", "x-amz-checksum")) for name in url.signed_headers)
    return PastedUrl(url, "PUT" if writes else "GET", is_guess=True)


def _policy_in(text: str) -> str:
    if _is_policy(text):
        return text
    for value in read_values(text):
        if isinstance(value, dict) and ("conditions" in value or "expiration" in value):
            return _dumped(value)
    decoded = [*_decoded(re.sub(r"\s+", "", text)), *_decoded(text)]
    whole = [each for each in decoded if _is_policy(each)]
    return next((each for each in (*whole, *decoded) if "conditions" in each or "expiration" in each), "")


def _decoded(text: str) -> list[str]:
    """What the base64 in a text says, of either alphabet, with or without its padding."""
    texts = []
    for found in _BASE64.finditer(text):
        encoded = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        with suppress(binascii.Error, UnicodeDecodeError):
            texts.append(base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    return texts


def _is_policy(text: str) -> bool:
    """True for a policy's own JSON, its two further escapes included."""
    try:
        value = json.loads(plain_json(text))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and ("conditions" in value or "expiration" in value)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
