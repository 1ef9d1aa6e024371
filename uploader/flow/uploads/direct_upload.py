"""Straight from the browser: `begin` signs a form for `incoming/`, the browser posts, `complete` promotes.

All state is the signed ticket and the objects themselves. A crash between any two steps leaves nothing wrong
in the gallery, and completing again ends well: the image's key is in the ticket, and S3 takes it only once.
"""

import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, Any, Final

from uploader import errors, rejections
from uploader.flow.catalog import stored_image
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.catalog.upload_trace import TraceRecorder
from uploader.flow.uploads import upload_log
from uploader.flow.uploads.background import Background, Work
from uploader.flow.uploads.promotion import Promotion, Written, image_deleted
from uploader.flow.uploads.staged_object import Staged
from uploader.flow.uploads.upload_context import UploadContext
from uploader.formats import BY_MEDIA_TYPE, BY_NAME, CHOICES
from uploader.images import Checked, weigh
from uploader.presign import PostRules, Signer, Ticket, parse_key, with_extension
from uploader.sha256 import is_sha256
from uploader.storage.objects import PresignedPost
from uploader.storage.rules import cors_rule

_FINISH_LIFE_S: Final = 3_600  # a ticket outlives its form: the bytes take a while, and checks may queue
_HELD_BYTES: Final = 2**20  # what is larger waits on disk: many at once would fill memory


@dataclass(frozen=True, slots=True)
class Claim:
    """What a browser says of a file. Nothing of it is believed: the form pins it, the check proves it."""

    name: str
    size_bytes: int
    sha256: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A signed form for one claim, and the ticket to finish with.

    `earlier` is the newest image that was made of exactly this file: reason enough not to send it.
    """

    ticket: str
    post: PresignedPost
    earlier: StoredImage | None = None


class DirectUploads:
    """Uploads straight from the browser. Any replica can finish what another began."""

    def __init__(self, context: UploadContext, signer: Signer) -> None:
        self._context = context
        self._bucket = context.bucket
        self._signer = signer
        self._promotion = Promotion(context)
        self.background: Work = Background()
        """Does what nobody waits for."""

    def close(self) -> None:
        """Waits for what is still to be done for uploads that were answered."""
        self.background.close()

    def begin(self, claim: Claim, *, who: str) -> Begun:
        """Signs a form that can store exactly the claimed content under `incoming/`.

        Raises ImageRejected (size, type or checksum not acceptable), LimitReached, LocalStoreUnavailable,
        StorageError.
        """
        self._refuse_unacceptable(claim)
        self._context.admit(who, claim.size_bytes)
        now, name = self._context.clock(), stored_image.clean_name(claim.name)
        extension, token = BY_MEDIA_TYPE[claim.content_type].extension, secrets.token_hex(16)
        key = self._context.layout.new_image_key(name, extension, now=now, token=token)
        rules = PostRules(
            key=self._context.layout.staged_key(key),
            content_type=claim.content_type,
            size_bytes=claim.size_bytes,
            sha256=claim.sha256,
        )
        recorder = TraceRecorder()
        with recorder.span("app", "app", "sign a form and a ticket", signs_for_browser=True):
            post = self._bucket.presign_post(rules, expires_s=self._context.limits.form_expires_s, now=now)
        self._context.traces.put(rules.key, recorder)
        ticket = Ticket(
            who=who,
            staged_key=rules.key,
            key=key,
            name=name,
            content_type=claim.content_type,
            size_bytes=claim.size_bytes,
            sha256=claim.sha256,
            expires_at_s=int(post.expires_at.timestamp()) + _FINISH_LIFE_S,
        )
        upload_log.begun(ticket, post, recorder)
        return Begun(self._signer.mint_ticket(ticket), post, self._context.index.find_duplicate(claim.sha256))

    def complete(self, ticket_text: str, *, who: str) -> StoredImage:
        """Checks what the browser stored and promotes it to the gallery. Twice is once.

        Raises TicketInvalid, ImageRejected (the staged object is then deleted), ObjectMissing (nothing was
        stored with this ticket), ImageDeleted, Busy, StorageError.
        """
        ticket = self._signer.read_ticket(ticket_text, who=who, now=self._context.clock())
        recorder = TraceRecorder()
        recorder.spans.extend(self._context.traces.pop(ticket.staged_key))
        facts = {"name": ticket.name, "key": ticket.staged_key}
        try:
            with upload_log.rejection(ticket.sha256, ticket.size_bytes, **facts):
                image = self._finish(ticket, recorder)
        except errors.ObjectMissing:
            return self._already_stored(ticket)
        except errors.StorageBusy:
            self._context.require_room()  # a full disk is all that a local store says of it
            raise
        self._context.traces.put(image.key, recorder, who=who)
        upload_log.stored(image, recorder, via="browser")
        return image

    def _finish(self, ticket: Ticket, recorder: TraceRecorder) -> StoredImage:
        """Checks what was staged and promotes it. Raises ObjectMissing where nothing is."""
        with _spool() as clean, _spool() as kept:
            pins = self._promotion.asking_pins(ticket.staged_key)
            staged = Staged(self._bucket, ticket, kept, pins_copies=pins)
            checked = self._check(ticket.who, staged, recorder, clean)
            image = self._promotion.image_of(ticket, checked)
            search = self._context.index.start_search(image)
            written: Written = []
            try:
                stored = self._promote(
                    ticket, image, staged, checked, clean if clean.tell() else kept, written, recorder
                )
            except errors.CopyDiffers:
                return self._finish(ticket, recorder)  # which puts what it checks, now that copies are known
            except errors.ImageDeleted:
                staged.discard()
                raise
        self.background.submit(partial(self._settle, image, written, staged, recorder))
        return replace(stored, similar=search.result())

    def _promote(
        self,
        ticket: Ticket,
        image: StoredImage,
        staged: Staged,
        checked: Checked,
        body: IO[bytes],
        written: Written,
        recorder: TraceRecorder,
    ) -> StoredImage:
        with self._promotion.unless_deleted(image, written):
            try:
                with recorder.span("app", "s3", "PUT the thumbnail, promote the image") as result:
                    request_id = self._promotion.store(image, staged.seen, checked, body, written)
                    result.request_id = recorder.request_id = request_id
            except (errors.CopyDiffers, errors.ImageDeleted):
                raise
            except (errors.ObjectChanged, errors.ObjectMissing):
                # Another complete() of this ticket was faster, or what is staged is not what we checked.
                return self._already_stored(ticket)
        return image

    def _settle(self, image: StoredImage, written: Written, staged: Staged, recorder: TraceRecorder) -> None:
        """After the answer: the last entries, then the staged object goes."""
        self._promotion.settle(image, written)
        with recorder.span("app", "s3", "DELETE the staged object"):
            staged.discard()
        self._context.traces.put(image.key, recorder)

    def _refuse_unacceptable(self, claim: Claim) -> None:
        limits, row = self._context.limits, BY_MEDIA_TYPE.get(claim.content_type)
        weigh(claim.size_bytes, limits)
        if row is None or row.name not in limits.accepted:
            raise rejections.not_accepted(row, limits)
        if not is_sha256(claim.sha256):
            raise rejections.CHECKSUM_MALFORMED.error()

    def _check(self, who: str, staged: Staged, recorder: TraceRecorder, clean: IO[bytes]) -> Checked:
        """What the check says of what was staged; what to store instead goes to `clean`."""
        doing = "GET what arrived, compare, check, strip"
        try:
            with recorder.span("app", "s3", doing, size_bytes=len(staged)) as result:
                checked = self._context.check(staged, into=clean, who=who)
                result.request_id = staged.seen.request_id
        except errors.ImageRejected:
            staged.discard()
            raise
        return checked

    def _already_stored(self, ticket: Ticket) -> StoredImage:
        """The image that an earlier complete() of this ticket stored. Raises ObjectMissing, ImageDeleted."""
        claimed = parse_key(ticket.key).extension
        # By HEAD, not by LIST: a listing may be older than the image, and it would be stored twice.
        for extension in dict.fromkeys((claimed, *(BY_NAME[name].extension for name in CHOICES))):
            try:
                found = self._bucket.head(with_extension(ticket.key, extension))
            except errors.ObjectMissing:
                continue
            return stored_image.from_object(found, link=self._context.link, layout=self._context.layout)
        if self._context.index.tombstones.covers(ticket.key):
            raise image_deleted()
        sentence = "No file arrived in the bucket for this upload; send it again."
        raise errors.ObjectMissing(sentence, code="nothing_stored")


def cors_rule_of_pages() -> Mapping[str, Any]:
    """The CORS rule that pages need of the bucket, without an origin: a browser knows its page's own."""
    return dict(cors_rule([]))


def _spool() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_HELD_BYTES)
