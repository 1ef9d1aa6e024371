"""The tree of all that this project raises on purpose. `str(error)` is the sentence that a page shows.

UploaderError
├── SettingsInvalid        one or more UPLOADER_* variables are wrong
├── LocalStoreUnavailable  the local S3 server cannot start, or is gone
├── ImageRejected          this file is not an image we take
├── AlreadyStored          exactly this file is in the gallery
├── Busy                   the checkers' queue is full; try again
├── LimitReached           somebody came too often, or sent too much; try again later
├── PassInvalid            no pass, or one that is forged, foreign or expired
├── NotAllowed             this person may not do this
├── TicketInvalid          a ticket that is forged, foreign or expired
└── StorageError           S3 said no, or said nothing
    ├── BucketUnreachable  no answer came; worth a retry
    ├── StorageBusy        500, 503 SlowDown and their kin; worth a retry
    ├── StorageRefused     a definite no (403, 400 …)
    ├── ObjectMissing      there is no such object
    └── ObjectChanged      a precondition failed: the object is not the one that was meant
        ├── CopyDiffers    a store copied something else than was checked
        └── ImageDeleted   somebody deleted the image while its upload was completed
"""

from typing import Any


class UploaderError(Exception):
    """Base of the tree. `code` is for programs, `str()` for people, `facts` for the log."""

    def __init__(self, sentence: str, *, code: str = "", **facts: object) -> None:
        super().__init__(sentence)
        self.code = code or _snake(type(self).__name__)
        self.facts = facts


class SettingsInvalid(UploaderError):
    """One or more UPLOADER_* variables are wrong; the sentence names each with its bad value."""


class LocalStoreUnavailable(UploaderError):
    """The local S3 server cannot start, or is gone; the sentence says what to do."""


class ImageRejected(UploaderError):
    """This file is not an image we take. `code` is one of the constants in `uploader.images`."""


class AlreadyStored(UploaderError):
    """Exactly this file was stored before; `earlier` is the image that was made of it."""

    def __init__(self, sentence: str, *, earlier: Any) -> None:
        super().__init__(sentence)
        self.earlier = earlier


class Busy(UploaderError):
    """Too much is waiting already; try again after `retry_after_s` seconds."""

    def __init__(self, sentence: str, *, retry_after_s: int = 2, code: str = "") -> None:
        super().__init__(sentence, code=code, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class LimitReached(UploaderError):
    """Somebody came too often, or sent too much; again after `retry_after_s` seconds."""

    def __init__(self, sentence: str, *, retry_after_s: int, code: str = "") -> None:
        super().__init__(sentence, code=code, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class PassInvalid(UploaderError):
    """The pass is missing, forged or expired (`code` tells which)."""


class NotAllowed(UploaderError):
    """This person may not do this; the sentence says who could."""


class TicketInvalid(UploaderError):
    """The ticket is forged, somebody else's, or expired (`code` tells which)."""


class StorageError(UploaderError):
    """S3 said no, or said nothing. `code` is S3's own code where there is one."""

    def __init__(
        self, sentence: str, *, code: str = "", status: int = 0, request_id: str = "", **facts: object
    ) -> None:
        super().__init__(sentence, code=code, status=status, request_id=request_id, **facts)
        self.status = status
        self.request_id = request_id


class BucketUnreachable(StorageError):
    """No answer came: refused, reset, timed out, no such host."""


class StorageBusy(StorageError):
    """S3 answered that it cannot just now (500, 503)."""


class StorageRefused(StorageError):
    """S3 gave a definite no; the same request again gets the same answer."""


class ObjectMissing(StorageError):
    """There is no such object (or, without s3:ListBucket, S3 will not say)."""


class ObjectChanged(StorageError):
    """A precondition failed: the object is not, or no longer, the one that was meant."""


class CopyDiffers(ObjectChanged):
    """A store that ignores the precondition of a copy copied something else than was checked."""


class ImageDeleted(ObjectChanged):
    """Somebody deleted the image before its upload was completed, or completed again."""


TRANSIENT = (BucketUnreachable, StorageBusy)
"""What is worth a retry."""


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
