"""The presign lab: a form of one's own design, signed, judged and taken apart by what the app itself uses.

What lies under `incoming/lab/` is swept when its form has ended and never seen in the gallery. The secret key
serves the simulator here and goes no further.
"""

import secrets
import struct
import zlib
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import structlog

from uploader.errors import NotAllowed
from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.flow.lab.lab_rules import DRAWN_ONLY, LabRules
from uploader.flow.lab.sweeper import Sweeper
from uploader.flow.rate_limits import RateLimits
from uploader.people import Person
from uploader.presign import PostRules, new_key
from uploader.presign.policy_document import PolicyFault, read_clauses
from uploader.presign.sigv4 import read_scope
from uploader.presign.simulator import judge
from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.condition_notes import ConditionNote, explain_conditions
from uploader.presign.teaching.form_design import FormDesign, tutorial_design
from uploader.presign.teaching.inspector import FormInspection, inspect_form
from uploader.presign.teaching.paste_report import PasteReport, examine
from uploader.presign.teaching.store_notes import store_kind, store_note
from uploader.presign.verdict import Verdict
from uploader.storage.bucket import Bucket
from uploader.storage.objects import PresignedPost

log = structlog.get_logger()

_SIDE_PX: Final = 96


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
        is_local: bool = False,
        rates: RateLimits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.bucket = bucket
        self.rules = LabRules(layout.lab, layout.lab)
        self._rates = rates or RateLimits()
        self._sweeper = Sweeper(bucket, clock=clock)
        self._made_up = cache(bucket.with_made_up_credentials)
        self._is_local = is_local
        self._store = store_kind(bucket.endpoint_url, is_local=is_local)
        self._clock = clock

    def for_person(self, person: Person, *, is_open: bool) -> "Lab":
        """The lab as this person may use it.

        `is_open`: people sign in, or the operator opened it to everyone. Else it signs and sends exact forms
        only, unless the bucket is the local store's.
        """
        own = copy(self)
        exact_only = not (is_open or self._is_local)
        own.rules = LabRules.for_person(self.rules.shared_folder, person, sends_exact_only=exact_only)
        return own

    @property
    def folder(self) -> str:
        """Where every key of this person's forms lies."""
        return self.rules.folder

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
        return {**self.rules.faults(design), **own}

    def explained(self, design: FormDesign) -> tuple[ConditionNote, ...]:
        """The design's own conditions, each with the attack that it stops; none where one has no sense."""
        try:
            return explain_conditions(read_clauses(design.conditions()))
        except PolicyFault:
            return ()

    def sign(self, design: FormDesign, *, expires_s: int | None = None) -> LabForm:
        """Signs a design as every form of the app is signed; `expires_s` below 0 has ended already.

        What is only drawn is signed with made-up credentials. Raises ValueError with the first fault,
        LimitReached, StorageError.
        """
        for fault in self.rules.faults(design).values():
            raise ValueError(fault)
        design.rules(credentials_left_s=self._credentials_left_s(), within=self.folder)
        rules, is_drawn = self.rules.signed(design).rules(within=self.folder), self.rules.draws_only(design)
        now, asked_s = self._clock(), design.expires_s if expires_s is None else expires_s
        if is_drawn:
            post = self._made_up().presign_post(rules, expires_s=asked_s, now=now, is_for_app=True)
        else:
            self.spend()
            post = self.bucket.presign_post(rules, expires_s=asked_s, now=now, is_for_app=True)
            if asked_s > 0:
                self._sweeper.add(design.key_text, is_prefix=design.key_is_prefix, ends_at=post.expires_at)
            log.info("lab.form_signed", key=rules.key, expires_s=asked_s, max_bytes=design.max_bytes)
        return LabForm(design, post, self.bucket.name, asked_s, now.replace(microsecond=0))

    def spend(self) -> None:
        """Counts one thing that this person really signs or sends. Raises LimitReached."""
        self._rates.spend_lab(self.rules.who)

    def require_sending(self, form: LabForm) -> None:
        """Raises NotAllowed, with what opens it, where this form may only be looked at."""
        if self.rules.draws_only(form.design):
            raise NotAllowed(DRAWN_ONLY, code="lab_drawn_only")

    def require_sending_links(self) -> None:
        """The same for links of PUT and GET, which are no exact forms."""
        if self.rules.sends_exact_only:
            raise NotAllowed(DRAWN_ONLY, code="lab_drawn_only")

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
        bucket = self._made_up() if self.rules.draws_only(form.design) else self.bucket
        return {"secret_key": bucket.secret_key_for(access_key), "region": bucket.region}

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
