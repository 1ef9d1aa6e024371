"""Presenter mode: text as it may be shown on a stage, by one function.

Masked are passwords, access keys, session tokens, signatures, policies (they hold the access key), account
ids, names of resources (ARNs) and e-mail addresses. A mask keeps the kind of what it hides, or its first
characters. Every pattern takes linear time: what may repeat without a bound is possessive, or ends at a
character that it cannot hold.
"""

import re
from collections.abc import Callable
from typing import Final

from uploader.redaction import ACCESS_TOKEN, PASSWORD, USER_INFO

_DOT: Final = "•"
_MOST_ROUNDS: Final = 4
"""One mask may lay the next secret open; a text that needs more was made to hold the server up."""

Mask = Callable[[re.Match[str]], str]


def mask(text: str) -> str:
    """The text with what belongs on no stage masked. Masking twice changes nothing."""
    for _ in range(_MOST_ROUNDS):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _keep(kept: int) -> Mask:
    def hide(found: re.Match[str]) -> str:
        shown = min(kept, len(found[0]) // 2)
        return found[0][:shown] + _DOT * (len(found[0]) - shown)

    return hide


def _kind(name: str) -> Mask:
    return lambda found: f"{found['before']}{_DOT * 4}{name}{_DOT * 4}"


def _password(found: re.Match[str]) -> str:
    name = "secret" if "secret" in found["before"].lower() else "password"
    return f"{found['before']}{_DOT * 4}{name}{_DOT * 4}"


def _arn(found: re.Match[str]) -> str:
    return f"{found['arn']}{_DOT * 4}"


def _email(found: re.Match[str]) -> str:
    return f"{_DOT * 4}@{_DOT * 4}.{found['end']}"


# What stands between a name and its value: = in an address, ": " in JSON, '="' in HTML, : ' in a script.
_NAMED: Final = r"""(?P<before>(?<![a-z0-9-])(?:{names})(?:&quot;|\\?["'])?"""
_VALUE: Final = r"""(?:\s*+(?:=|%3D|:|,|=>)\s*+|\s++|>)(?:value\s*+=\s*+)?(?:&quot;|\\?["'])?)"""


def _after(names: str, value: str) -> re.Pattern[str]:
    """A value that follows one of these names, with whatever quotes."""
    return re.compile(_NAMED.format(names=names) + _VALUE + value, re.IGNORECASE)


_SCOPE: Final = r"(?:/|%2F)[0-9]{8}(?:/|%2F)[a-z0-9-]{1,40}(?:/|%2F)s3(?:/|%2F)aws4_request"

_RULES: Final[tuple[tuple[re.Pattern[str], str | Mask], ...]] = (
    (PASSWORD, _password),
    (USER_INFO, rf"\g<before>{_DOT * 4}@"),
    (ACCESS_TOKEN, _kind("token")),
    (_after("x-amz-signature|signature|signatureprovided", r"[0-9A-Za-z+/=%]{16,}"), _kind("signature")),
    (_after("x-amz-security-token|(?:aws_)?session_?token", r"[0-9A-Za-z+/=%_-]{16,}"), _kind("token")),
    (_after("(?:aws_)?secret_?(?:access_?)?key", r"[0-9A-Za-z+/=]{16,}"), _kind("secret")),
    (_after("(?:aws_?)?access_?key(?:_?id)?", r"[0-9A-Za-z+/=]{8,}"), _kind("key")),
    (_after("policy|stringtosign", r"[0-9A-Za-z+/=%]{40,}"), _kind("policy")),
    # A policy without its name: the base64 of { and a quote, a blank or a line end starts so.
    (re.compile(r"(?P<before>)(?<![0-9A-Za-z+/])e(?:y[A-J]|w[o0])[0-9A-Za-z+/]{40,}={0,2}"), _kind("policy")),
    (re.compile(r"(?P<before>\A\s*)[0-9a-f]{64}(?=\s*\Z)"), _kind("signature")),
    (re.compile(r"(?<![0-9A-Za-z])(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[0-9A-Z]{12,}"), _keep(4)),
    (re.compile(r"(?<=/[is]/)[A-Za-z0-9_-]{22,32}(?![A-Za-z0-9_-])"), _keep(4)),  # an address opens its image
    # In a credential the access key of any store stands before the scope.
    (re.compile(rf"(?<![\w/+{_DOT}.-])[\w+.-]{{3,128}}(?={_SCOPE})"), _keep(4)),
    # A resource's name holds account, role, bucket and key; what stays is the service that it belongs to.
    (
        re.compile(
            r"\b(?P<arn>arn(?::|%3A)aws[a-z-]{0,12}(?::|%3A)[a-z0-9-]{1,32}(?::|%3A))[^\s\"'<>,;]{1,2048}"
        ),
        _arn,
    ),
    (re.compile(r"(?<![0-9A-Za-z-])[0-9]{4}-?[0-9]{4}-?[0-9]{4}(?![0-9A-Za-z-])"), _DOT * 12),
    (re.compile(r"(?<![\w.+-])[\w.+-]++@(?:[\w-]++\.)+(?P<end>[A-Za-z]{2,24})\b"), _email),
)
