"""The presign lab: a form of one's own design, signed, judged and taken apart by what the app itself uses.

What lies under `incoming/lab/` is swept by the bucket's lifecycle rule and never seen in the gallery. The
secret key serves the simulator here and goes no further.
"""

import secrets
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.limits import Limits, size_label
from uploader.presign import PostRules, new_key
from uploader.presign.policy_document import PolicyFault, read_clauses
from uploader.presign.sigv4 import read_scope
from uploader.presign.simulator import judge
from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.condition_notes import ConditionNote, explain_conditions
from uploader.presign.teaching.form_design import FormDesign, tutorial_design
from uploader.presign.teaching.inspector import FormInspection, duration_label, inspect_form
from uploader.presign.teaching.paste_report import PasteReport, examine
from uploader.presign.teaching.store_notes import store_kind, store_note
from uploader.presign.verdict import Verdict
from uploader.storage.bucket import Bucket
from uploader.storage.objects import PresignedPost

log = structlog.get_logger()

_SIDE_PX: Final = 96
_BLOG: Final = tutorial_design()


@dataclass(frozen=True, slots=True)
class LabForm:
    """A design that was signed. `asked_s` is the life that was asked for, in seconds."""

    design: FormDesign
    post: PresignedPost = field(repr=False)
    bucket: str
    asked_s: int
    signed_at: datetime


class Lab:
    """The lab over one bucket."""

    def __init__(
        self,
        bucket: Bucket,
        *,
        layout: Layout = NO_PREFIX,
        limits: Limits | None = None,
        is_local: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.bucket = bucket
        self.folder = layout.lab
        self._limits = limits or Limits()
        self._store = store_kind(bucket.endpoint_url, is_local=is_local)
        self._clock = clock

    def tutorial_form(self) -> FormDesign:
        """The blog post's form, in the lab's folder."""
        return tutorial_design(self.folder)

    def exact(self, file: File, content_type: str, *, expires_s: int) -> FormDesign:
        """The form that the app itself signs for this file, in the lab's folder."""
        extension = file.name.rpartition(".")[2]
        key = new_key(
            file.name, extension, now=self._clock(), token=secrets.token_hex(16), prefix=self.folder
        )
        return FormDesign.from_rules(
            PostRules(key, content_type, len(file.body), file.sha256), expires_s=expires_s
        )

    def faults(self, design: FormDesign) -> dict[str, str]:
        """Field -> one sentence, for each that is wrong; a faulty design is never signed."""
        own = design.faults(credentials_left_s=self._credentials_left_s(), within=self.folder)
        return {**self._too_generous(design), **own}

    def _too_generous(self, design: FormDesign) -> dict[str, str]:
        """A form of the lab lets in no more, and lives no longer, than what the app itself signs."""
        most_bytes = max(_BLOG.max_bytes, self._limits.max_bytes)
        longest_s = max(_BLOG.expires_s, self._limits.link_expires_s)
        faults = {}
        if design.max_bytes > most_bytes:
            size = size_label(most_bytes)
            faults["max_bytes"] = f"The lab signs forms for at most {size}, like the app itself; lower it."
        if design.expires_s > longest_s:
            life = duration_label(longest_s)
            faults["expires_s"] = f"The lab signs forms that live at most {life}; ask for less."
        return faults

    def explained(self, design: FormDesign) -> tuple[ConditionNote, ...]:
        """The design's own conditions, each with the attack that it stops; none where one has no sense."""
        try:
            return explain_conditions(read_clauses(design.conditions()))
        except PolicyFault:
            return ()

    def sign(self, design: FormDesign, *, expires_s: int | None = None) -> LabForm:
        """Signs a design as every form of the app is signed; `expires_s` below 0 has ended already.

        Raises ValueError with the first fault, StorageError.
        """
        for fault in self._too_generous(design).values():
            raise ValueError(fault)
        rules = design.rules(credentials_left_s=self._credentials_left_s(), within=self.folder)
        now, asked_s = self._clock(), design.expires_s if expires_s is None else expires_s
        post = self.bucket.presign_post(rules, expires_s=asked_s, now=now, is_for_app=True)
        log.info("lab.form_signed", key=rules.key, expires_s=asked_s, max_bytes=design.max_bytes)
        return LabForm(design, post, self.bucket.name, asked_s, now.replace(microsecond=0))

    def still_holds(self, form: LabForm) -> bool:
        """False once the form has ended, or the credentials behind it were renewed."""
        return form.post.expires_at > self._clock() and self.signing_secrets(form)["secret_key"] is not None

    def judge(self, form: LabForm, file: File, *, at: datetime) -> Verdict:
        """What S3 answers when this file arrives with the form at that time."""
        return judge(
            form.post.fields,
            size_bytes=len(file.body),
            sha256=file.sha256,
            bucket=form.bucket,
            now=at,
            filename=file.name,
            body=file.body,
            session_expires_at=self.bucket.credentials_expire_at(),
            **self.signing_secrets(form),
        )

    def store_note(self, form: LabForm, accepted: Sequence[str] | None = None) -> str:
        """What the store at hand makes of the form beside AWS; `accepted` as Tamper found it."""
        return store_note(self._store, pins_content=bool(form.design.sha256), accepted=accepted)

    def examine(self, text: str) -> PasteReport:
        """What somebody pasted, taken apart and judged; with the secret where this app's own key signed it.

        Nothing is sent, stored or logged. Raises PasteFault with a sentence.
        """
        now = self._clock()
        report = examine(text, now=now)
        secret = self.bucket.secret_key_for(report.scope.access_key) if report.scope else None
        return examine(text, now=now, secret_key=secret) if secret else report

    def signing_secrets(self, form: LabForm) -> dict[str, Any]:
        """What only the bucket's owner knows of a form, for the simulator; not for a page."""
        access_key = read_scope(form.post.fields["x-amz-credential"]).access_key
        return {"secret_key": self.bucket.secret_key_for(access_key), "region": self.bucket.region}

    def inspect(self, form: LabForm) -> FormInspection:
        """The form's fields, policy and signature; tells whether the signature is right."""
        return inspect_form(form.post.fields, secret_key=self.signing_secrets(form)["secret_key"])

    def _credentials_left_s(self) -> int | None:
        end = self.bucket.credentials_expire_at()
        return None if end is None else int((end - self._clock()) / timedelta(seconds=1))


def sample_picture() -> File:
    """A small made-up picture of the lab's own, always the same: a PNG of 96 by 96 pixels."""
    lines = b"".join(b"\0" + bytes(_pixels(y)) for y in range(_SIDE_PX))
    header = struct.pack(">2I5B", _SIDE_PX, _SIDE_PX, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return File("lab-picture.png", b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))


def _pixels(y: int) -> list[int]:
    """One line of a sunset: sky, sun and sea, as red, green and blue."""
    line: list[int] = []
    for x in range(_SIDE_PX):
        is_sun = (x - 48) ** 2 + (y - 52) ** 2 < 400 and y < 60
        sky = (255 - y, 120 + y, 140) if y < 60 else (20 + y // 2, 60 + (x * y) % 24, 110)
        line += (255, 214, 90) if is_sun else sky
    return line


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
