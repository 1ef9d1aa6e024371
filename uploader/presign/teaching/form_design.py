"""The form that somebody designs in the lab, for the signer like `PostRules`, and what is wrong with it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from uploader.limits import MAX_SIGNATURE_LIFE_S, MIB, size_label
from uploader.presign.field_values import MAX_KEY_BYTES, MAX_METADATA_BYTES, metadata_bytes
from uploader.presign.policy import METADATA_PREFIX, STATUS_CREATED, Condition, PostRules, sha256_field
from uploader.presign.policy_checks import MAX_OBJECT_BYTES
from uploader.presign.post_request import FILENAME, MAX_FORM_BYTES, form_bytes
from uploader.sha256 import is_sha256

MAX_METADATA_NAMES: Final = 50
"""Of the lab's own: each becomes a field, a condition and a line of the page."""
SIGNING_BYTES: Final = 2_900
"""What the signer adds at most: six parts of the body, with a session token that is in the policy too."""

# https://www.rfc-editor.org/rfc/rfc6838#section-4.2
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9!#$&^_.+-]{0,127}")
_META_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class DesignRules:
    """What the signer takes: see `FormDesign.rules`."""

    key: str
    _fields: Mapping[str, str]
    _conditions: tuple[Condition, ...]

    def fields(self) -> dict[str, str]:
        """The form's fields apart from the signing ones."""
        return dict(self._fields)

    def conditions(self) -> list[Condition]:
        """A condition for each field, and the size range."""
        return list(self._conditions)


@dataclass(frozen=True, slots=True)
class FormDesign:
    """A form to be signed. Any value may be wrong here: `faults` says what, and `rules` refuses it.

    `key_text` is the key, or what it starts with; `type_text` likewise. `sent_type` is what the form's own
    Content-Type field holds where only a start is asked for. An empty `sha256` (hex) asks for no checksum.
    `further_fields` are what the app signs beyond what somebody can design, each with an exact condition.
    """

    min_bytes: int = 0
    max_bytes: int = 5 * MIB
    type_text: str = "image/"
    type_is_prefix: bool = True
    sent_type: str = "image/png"
    key_text: str = "lab/"
    key_is_prefix: bool = True
    expires_s: int = 3_600
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sha256: str = ""
    status: str = STATUS_CREATED
    further_fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_rules(cls, rules: PostRules, *, expires_s: int) -> "FormDesign":
        """The app's own exact form as a design, with every field that the app signs."""
        design = cls(
            min_bytes=rules.size_bytes,
            max_bytes=rules.size_bytes,
            type_text=rules.content_type,
            type_is_prefix=False,
            sent_type=rules.content_type,
            key_text=rules.key,
            key_is_prefix=False,
            expires_s=expires_s,
            metadata=MappingProxyType(dict(rules.metadata)),
            sha256=rules.sha256,
        )
        further = {name: value for name, value in rules.fields().items() if name not in design.fields()}
        return replace(design, further_fields=MappingProxyType(further))

    @property
    def is_exact(self) -> bool:
        """True when only one content fits, at only one key."""
        return bool(self.sha256) and not self.key_is_prefix

    def fields(self) -> dict[str, str]:
        """The form's fields apart from the signing ones, right or wrong: see `rules`."""
        checksum = {} if not self.sha256 else {
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": _sha256_or_text(self.sha256),
        }  # fmt: skip
        return {
            "key": f"{self.key_text}{FILENAME}" if self.key_is_prefix else self.key_text,
            "Content-Type": self.sent_type if self.type_is_prefix else self.type_text,
            "success_action_status": self.status,
            **checksum,
            **{f"{METADATA_PREFIX}{name}": value for name, value in self.metadata.items()},
            **self.further_fields,
        }

    def conditions(self) -> list[Condition]:
        """The conditions that the designer shows while they grow, right or wrong: see `rules`."""
        conditions: list[Condition] = [{name: value} for name, value in self.fields().items()]
        if self.key_is_prefix:
            conditions[0] = ["starts-with", "$key", self.key_text]
        if self.type_is_prefix:
            conditions[1] = ["starts-with", "$Content-Type", self.type_text]
        return [*conditions, ["content-length-range", self.min_bytes, self.max_bytes]]

    def rules(self, *, credentials_left_s: int | None = None, within: str = "") -> DesignRules:
        """What the signer takes. Raises ValueError with the first fault: a faulty design is never signed."""
        for sentence in self.faults(credentials_left_s=credentials_left_s, within=within).values():
            raise ValueError(sentence)
        fields = self.fields()
        return DesignRules(fields["key"], fields, tuple(self.conditions()))

    def faults(self, *, credentials_left_s: int | None = None, within: str = "") -> dict[str, str]:
        """Name of the field -> one sentence, for each that is wrong; empty when the form can be signed.

        `credentials_left_s` is the life left in the credentials that would sign; `within` is the folder that
        every key must lie in.
        """
        found = {
            "min_bytes": _min_fault(self),
            "max_bytes": _max_fault(self),
            "type_text": _type_fault(self),
            "key_text": _key_fault(self, within),
            "expires_s": _expires_fault(self.expires_s, credentials_left_s),
            "sha256": "" if not self.sha256 or is_sha256(self.sha256) else
            "A SHA-256 has 64 digits 0-9 and a-f; choose the file again.",
            "status": "" if self.status in ("200", "201", "204") else "The status can be 200, 201 or 204.",
            "metadata": _metadata_fault(self.metadata) or _form_fault(self),
        }  # fmt: skip
        return {name: sentence for name, sentence in found.items() if sentence}


def tutorial_design(folder: str = "lab/") -> FormDesign:
    """The form that most tutorials sign: any image up to 5 MB, at any key in a folder, for an hour."""
    return FormDesign(key_text=folder)


def verdict_sentence(design: FormDesign, *, ends_at: datetime, quoted: Callable[[str], str] = str) -> str:
    """All that a form allows, in one sentence. `ends_at` is shown as hours and minutes in its own zone.

    `quoted` makes each piece that somebody typed fit for where the sentence is shown.
    """
    until = f"until {ends_at:%H:%M}"
    key = quoted(design.key_text)
    if design.is_exact:
        thing = "picture" if design.type_text.startswith("image/") else "content"
        return f"This form can store only this {thing}, only at {key}, {until}."
    if not design.key_is_prefix:
        place = f"at {key}"
    elif design.key_text.endswith("/"):
        place = f"at any key in {key}"
    else:
        place = f"at any key that starts with {key}"
    return f"This form can store {_what(design, quoted)} {place} {until}, any number of times."


def _what(design: FormDesign, quoted: Callable[[str], str]) -> str:
    if design.sha256:
        return "only this content"
    kind = f"any {quoted(design.type_text)} file"
    if design.type_is_prefix:
        kind = {"image/": "any image", "": "anything"}.get(design.type_text, kind)
    least, most = size_label(design.min_bytes), size_label(design.max_bytes)
    if design.min_bytes == design.max_bytes:
        return f"{kind} of exactly {design.max_bytes:,} bytes"
    return f"{kind} up to {most}" if design.min_bytes <= 1 else f"{kind} of {least} to {most}"


def _sha256_or_text(sha256: str) -> str:
    try:
        return sha256_field(sha256)
    except ValueError:
        return sha256


def _min_fault(design: FormDesign) -> str:
    if design.min_bytes < 0:
        return "The smallest size cannot be below 0 bytes."
    if design.min_bytes > design.max_bytes >= 0:
        return (
            f"The smallest size ({size_label(design.min_bytes)}) is above the largest "
            f"({size_label(design.max_bytes)}), so no file would fit; lower it."
        )
    return ""


def _max_fault(design: FormDesign) -> str:
    if design.max_bytes < 0:
        return "The largest size cannot be below 0 bytes."
    return "" if design.max_bytes <= MAX_OBJECT_BYTES else "One POST can carry 5 GB at most; choose less."


def _type_fault(design: FormDesign) -> str:
    if design.type_is_prefix:
        if design.type_text and not _TYPE.fullmatch(design.type_text):
            return "The start of a type looks like image/; write it so, or leave it empty for any type."
        if not design.sent_type.startswith(design.type_text):
            return f"The file is {design.sent_type}, which does not start with {design.type_text}."
        return "" if _TYPE.fullmatch(design.sent_type) else "The type of the file looks like image/png."
    if _TYPE.fullmatch(design.type_text) and not design.type_text.endswith("/"):
        return ""
    return "A type looks like image/png; write one, or ask for a start such as image/."


def _key_fault(design: FormDesign, within: str) -> str:
    text, name = design.key_text, "start of the key" if design.key_is_prefix else "key"
    if not text:
        return f"The {name} is empty, so the form could reach the whole bucket; write one such as lab/."
    if "${" in text or "$$" in text:
        return f"The {name} holds a variable or $$, which S3 replaces or refuses; leave the $ out."
    if ".." in text.split("/") or text.startswith("/") or "//" in text:
        return f"The {name} must not hold .. or an empty folder; write it like lab/pictures/."
    if not text.isprintable():
        return f"The {name} holds a character that cannot be seen; type it again."
    if len(text.encode("utf-8", "replace")) > MAX_KEY_BYTES:
        return f"The {name} has {len(text.encode('utf-8', 'replace')):,} bytes; S3 allows {MAX_KEY_BYTES:,}."
    return (
        "" if text.startswith(within) else f"Forms of the lab may write in {within} only; start the key so."
    )


def _expires_fault(expires_s: int, credentials_left_s: int | None) -> str:
    if expires_s < 1:
        return "A form must live for 1 second at least."
    if expires_s > MAX_SIGNATURE_LIFE_S:
        return "A signature lives for 7 days at most; choose less."
    if credentials_left_s is not None and expires_s > credentials_left_s:
        return f"The credentials behind this form end in {max(0, credentials_left_s):,} s; choose less."
    return ""


def _metadata_fault(metadata: Mapping[str, str]) -> str:
    if len(metadata) > MAX_METADATA_NAMES:
        return f"More than {MAX_METADATA_NAMES} names of metadata are too many for the lab; leave some out."
    for name, value in metadata.items():
        if not _META_NAME.fullmatch(name):
            return f'The metadata name "{name}" must be a-z, 0-9, dot, hyphen and underscore.'
        if not value.isascii() or not value.isprintable():
            return f'The metadata value of "{name}" must be printable ASCII; percent-encode the rest.'
    weight = metadata_bytes(metadata)
    if weight > MAX_METADATA_BYTES:
        return f"The metadata weighs {weight:,} bytes; S3 allows {MAX_METADATA_BYTES:,} (2 KB)."
    return ""


def _form_fault(design: FormDesign) -> str:
    policy_bytes = len(json.dumps(design.conditions())) * 4 // 3
    weight = form_bytes(design.fields()) + policy_bytes + SIGNING_BYTES
    if weight <= MAX_FORM_BYTES:
        return ""
    return f"The form would weigh about {weight:,} bytes; S3 allows {MAX_FORM_BYTES:,}. Shorten the metadata."
