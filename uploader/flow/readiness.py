"""Whether uploads would work now, as a probe asks it."""

from typing import Any, Final

from uploader.errors import BucketUnreachable, UploaderError
from uploader.flow import app as flow
from uploader.single_flight import SingleFlight, StillRunning


def health() -> dict[str, Any]:
    """Whether uploads would work: one HeadBucket-sized listing. Never raises, and answers within 5 s."""
    try:
        label = _checking.result(flow.OPENING_S)
    except StillRunning:
        error: UploaderError = BucketUnreachable(f"The bucket has not answered for {flow.OPENING_S:.0f} s.")
    except UploaderError as found:
        error = found
    else:
        return {"ok": True, "bucket": label}
    return {"ok": False, "error": {"code": error.code, "message": str(error)}}


def _check() -> str:
    current = flow.application()
    if current.store:
        current = flow.reopened_application()
        if current.store and (fault := current.store.space.fault()):
            raise fault
    current.bucket.list(current.layout.incoming, limit=1)
    return current.bucket_label


_checking: Final = SingleFlight(_check, name="health")
