"""The checksums that a form can promise, and the checks that compare them with the file.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

import base64
import binascii
import functools
import hashlib
import zlib
from collections.abc import Mapping
from typing import Final, Protocol

from uploader.presign.verdict import Rule, Verdict, refuse, undetermined

PREFIX: Final = "x-amz-checksum-"
ALGORITHM: Final = f"{PREFIX}algorithm"
CONTENT_MD5: Final = "content-md5"
DIGEST_BYTES: Final = {
    "crc32": 4,
    "crc32c": 4,
    "crc64nvme": 8,
    "md5": 16,
    "sha1": 20,
    "sha256": 32,
    "sha512": 64,
    "xxhash128": 16,
    "xxhash3": 8,
    "xxhash64": 8,
}
"""Algorithm -> bytes of its digest, for all that S3 knows."""
_NOT_VALUES: Final = (ALGORITHM, f"{PREFIX}type", f"{PREFIX}mode")
# Reflected polynomials: https://reveng.sourceforge.io/crc-catalogue/all.htm (CRC-32/ISCSI, CRC-64/NVME)
_POLYNOMIALS: Final = {"crc32c": (0x82F63B78, 32), "crc64nvme": (0x9A6C9329AC4BC9B5, 64)}


def digest(algorithm: str, body: bytes) -> bytes | None:
    """The digest of a body; None for an algorithm that Python does not bring (the three XXHASH)."""
    if algorithm == "crc32":
        return zlib.crc32(body).to_bytes(4, "big")
    if algorithm in _POLYNOMIALS:
        return _crc(body, *_POLYNOMIALS[algorithm])
    if algorithm.startswith("xxhash"):
        return None
    return hashlib.new(algorithm, body, usedforsecurity=False).digest()


@functools.cache
def _table(polynomial: int) -> tuple[int, ...]:
    entries = []
    for entry in range(256):
        for _ in range(8):
            entry = entry >> 1 ^ (polynomial if entry & 1 else 0)
        entries.append(entry)
    return tuple(entries)


def _crc(body: bytes, polynomial: int, bits: int) -> bytes:
    table, ones = _table(polynomial), (1 << bits) - 1
    value = ones
    for byte in body:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return (value ^ ones).to_bytes(bits // 8, "big")


class Promising(Protocol):
    """A request that may promise digests of its body: `values` has lower-case names, `sha256` is hex."""

    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes | None: ...
    @property
    def sha256(self) -> str: ...


def content_md5(post: Promising) -> Verdict | None:
    """The body has the MD5 that the field Content-MD5 promises."""
    if CONTENT_MD5 not in post.values:
        return None
    text = post.values[CONTENT_MD5]
    promised = _decoded(text)
    if len(promised) != DIGEST_BYTES["md5"]:
        rule = Rule("checksum", "Content-MD5 must be the base64 of 16 bytes.", CONTENT_MD5)
        message = "The Content-MD5 you specified was invalid."
        return refuse(400, "InvalidDigest", message, rule, **{"Content-MD5": text})
    if post.body is None:
        return _without_body("MD5", CONTENT_MD5)
    found = hashlib.md5(post.body, usedforsecurity=False).digest()
    if found == promised:
        return None
    return refuse(
        400,
        "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
        Rule("checksum", "The file is not the one that was promised: its MD5 differs.", CONTENT_MD5),
        ExpectedDigest=text,
        CalculatedDigest=base64.b64encode(found).decode("ascii"),
    )


def checksum(post: Promising) -> Verdict | None:
    """At most one x-amz-checksum- field, of the algorithm that the form names, and the body fits it."""
    fields = [name for name in post.values if name.startswith(PREFIX) and name not in _NOT_VALUES]
    if len(fields) > 1:
        message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        return _invalid(message, f"The form promises {len(fields)} checksums; S3 takes one.", fields[1])
    algorithm = fields[0].removeprefix(PREFIX) if fields else ""
    if fields and algorithm not in DIGEST_BYTES:
        message = "The algorithm type you specified in x-amz-checksum- header is invalid."
        return _invalid(message, f"S3 knows no checksum {algorithm.upper()}.", fields[0])
    return _algorithm_fault(post, algorithm) or (_mismatch(post, algorithm) if algorithm else None)


def _algorithm_fault(post: Promising, algorithm: str) -> Verdict | None:
    if ALGORITHM not in post.values:
        return None
    named = post.values[ALGORITHM]
    if named.lower() not in DIGEST_BYTES:
        known = ", ".join(name.upper() for name in DIGEST_BYTES)
        message = (
            "Checksum algorithm provided is unsupported. "
            f"Please try again with any of the valid types: [{known}]"
        )
        return _invalid(message, f'S3 knows no checksum algorithm "{named}".', ALGORITHM)
    if named.lower() == algorithm:
        return None
    message = (
        f"{ALGORITHM} specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."
    )
    return _invalid(message, f"The form names {named}, and has no field {PREFIX}{named.lower()}.", ALGORITHM)


def _mismatch(post: Promising, algorithm: str) -> Verdict | None:
    field, title, size = f"{PREFIX}{algorithm}", _title(algorithm), DIGEST_BYTES[algorithm]
    promised = _decoded(post.values[field])
    if len(promised) != size:
        message = f"Value for {field} header is invalid."
        return _invalid(message, f"The checksum must be the base64 of {size} bytes.", field)
    found = _digest_of(post, algorithm)
    if found is None:
        return _without_body(title, field, is_computable=not algorithm.startswith("xxhash"))
    if found == promised:
        return None
    message = f"The {algorithm.upper()} you specified did not match the calculated checksum."
    rule = Rule("checksum", f"The file is not the one that was promised: its {title} differs.", field)
    return refuse(400, "BadDigest", message, rule)


def _digest_of(post: Promising, algorithm: str) -> bytes | None:
    if post.body is not None:
        return digest(algorithm, post.body)
    try:
        return bytes.fromhex(post.sha256) or None if algorithm == "sha256" else None
    except ValueError:
        return None


def _without_body(title: str, field: str, *, is_computable: bool = True) -> Verdict:
    if not is_computable:
        return undetermined(
            f"Cannot tell: S3 compares the file's {title}, which is not computed here.", field
        )
    return undetermined(f"Cannot tell without the file's bytes: S3 compares their {title}.", field)


def _invalid(message: str, sentence: str, field: str) -> Verdict:
    return refuse(400, "InvalidRequest", message, Rule("checksum", sentence, field))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""


def _title(algorithm: str) -> str:
    """As people write it: SHA-256, CRC32C."""
    return f"SHA-{algorithm[3:]}" if algorithm.startswith("sha") else algorithm.upper()
