"""Through the app: check, sign for `images/`, post, compare with what S3 holds.

The thumbnail is stored first and the image last, so that nothing half-done ever shows.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal, TypeVar

import structlog

from uploader import errors
from uploader.flow.catalog import stored_image
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.catalog.thumbnails import put_thumbnail
from uploader.flow.catalog.upload_trace import TraceRecorder
from uploader.flow.uploads import upload_log
from uploader.flow.uploads.upload_context import UploadContext
from uploader.presign import PostRules
from uploader.storage.form_post import FormPoster, OnSent
from uploader.storage.objects import StoredObject

log = structlog.get_logger()

ATTEMPTS: Final = 3
_FIRST_PAUSE_S: Final = 0.3

Step = Literal["check", "send", "verify"]
OnStep = Callable[[Step], None]
_T = TypeVar("_T")


class ServerUploads:
    """Uploads through the server. One instance serves all threads."""

    def __init__(self, context: UploadContext, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._context = context
        self._bucket = context.bucket
        self._pause = pause
        self._transfer = FormPoster()

    def upload(
        self,
        data: bytes,
        filename: str,
        *,
        who: str,
        again: bool = True,
        on_step: OnStep = lambda _: None,
        on_sent: OnSent | None = None,
    ) -> StoredImage:
        """Checks, signs, posts and verifies one file; `on_step` and `on_sent` (bytes) hear how far it is.

        A transient failure is tried again with a fresh form, three times in all; a refusal is not.
        Raises ImageRejected, Busy, LimitReached, StorageError; AlreadyStored where not `again` and this file
        is here.
        """
        context, recorder, source_sha256 = self._context, TraceRecorder(), hashlib.sha256(data).hexdigest()
        if not again and (earlier := context.index.find_duplicate(source_sha256)):
            raise errors.AlreadyStored(_here_since(earlier), earlier=earlier)
        on_step("check")
        with (
            upload_log.rejection(source_sha256, len(data), name=filename),
            recorder.span("app", "checker", "check, strip, make the thumbnail", size_bytes=len(data)),
        ):
            checked = context.check(data, who=who)
        context.admit(who, len(data))  # not before: a check that must queue is asked for again
        facts, name = checked.facts, stored_image.clean_name(filename)
        token = secrets.token_hex(16)
        key = context.layout.new_image_key(name, facts.extension, now=context.clock(), token=token)
        image = context.image_of(key, name, who, checked, source_sha256=source_sha256)
        search = context.index.start_search(image)
        rules = PostRules(
            key, facts.content_type, facts.size_bytes, facts.sha256, stored_image.metadata(image)
        )
        try:
            on_step("send")
            with (
                context.index.writing_entries(image),
                recorder.span("app", "s3", "PUT the thumbnail", size_bytes=len(checked.thumbnail)),
            ):
                small = context.layout.thumbnail_key(key)
                self._retried(lambda: put_thumbnail(self._bucket, small, checked))
                self._retried(lambda: context.web_copies.put(key, checked))
            self._post(rules, checked.stripped or data, on_sent, recorder)
            on_step("verify")
            with recorder.span("app", "s3", "HEAD, compare with the rules") as result:
                stored = self._retried(lambda: self._bucket.head(key))
                result.request_id = stored.request_id
            _compare(rules, stored)
        except errors.StorageError as error:
            log.warning("upload.failed", key=key, code=error.code, request_id=error.request_id)
            self._undo(image)
            context.require_room()  # a full disk is the likeliest cause, and has a sentence of its own
            raise
        upload_log.stored(image, recorder, via="server")
        context.traces.put(key, recorder, who=who)
        return replace(image, similar=search.result())

    def _post(self, rules: PostRules, data: bytes, on_sent: OnSent | None, recorder: TraceRecorder) -> None:
        def once() -> None:
            with recorder.span("app", "app", "sign a form"):
                form = self._bucket.presign_post(
                    rules,
                    expires_s=self._context.limits.form_expires_s,
                    now=self._context.clock(),
                    is_for_app=True,
                )
            with recorder.span("app", "s3", "POST the form", size_bytes=len(data)) as result:
                receipt = self._transfer.post(form, data, content_type=rules.content_type, on_sent=on_sent)
                result.request_id = recorder.request_id = receipt.request_id

        self._retried(once)

    def _retried(self, call: Callable[[], _T]) -> _T:
        for attempt in range(1, ATTEMPTS):
            try:
                return call()
            except errors.TRANSIENT as error:
                log.info("upload.retried", attempt=attempt, code=error.code)
                jitter = 0.5 + secrets.randbelow(1_000) / 1_000
                self._pause(_FIRST_PAUSE_S * 2**attempt * jitter)
        return call()

    def _undo(self, image: StoredImage) -> None:
        """Takes back what was stored. An image that cannot be deleted keeps what lies beside it."""
        try:
            self._bucket.delete(image.key)
            self._context.index.remove_entries([image])
            for place in self._context.layout.companion_keys(image.key):
                self._bucket.delete(place)
        except errors.StorageError as error:
            log.warning("upload.leftover", key=image.key, code=error.code)


def _here_since(earlier: StoredImage) -> str:
    at = earlier.uploaded_at
    return f"Already in the gallery ({at.day} {at:%b %Y}). Upload a second copy?"


def _compare(rules: PostRules, stored: StoredObject) -> None:
    same = (
        stored.size_bytes == rules.size_bytes
        and stored.content_type == rules.content_type
        and stored.sha256 in (None, rules.sha256)
        and dict(stored.metadata) == dict(rules.metadata)
    )
    if not same:
        sentence = "What the bucket holds is not what was sent, so it was removed; send the image again."
        raise errors.ObjectChanged(sentence, code="not_as_sent")
