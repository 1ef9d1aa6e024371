"""The one file of a request, on its way through a spool: as a form (multipart) or as the body itself.

Nothing is held beyond `max_bytes`, and what is larger than a megabyte lies on disk
(https://www.rfc-editor.org/rfc/rfc7578).
"""

import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, Final
from urllib.parse import unquote

import anyio
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from uploader import rejections
from uploader.api.json_api import FILE_WITHIN_S, Refused
from uploader.limits import MIB, Limits

MAX_NAME_LENGTH: Final = 8_192
"""Characters that are listened to; what is kept of a name is shorter."""
_MOST_FIELDS: Final = 16
_FORM_BYTES: Final = 65_536
"""What a form may have around its file."""


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A file from its start, and what its sender calls it; empty where they do not say."""

    file: IO[bytes]
    name: str


@asynccontextmanager
async def request_file(request: Request, limits: Limits) -> AsyncIterator[RequestFile]:
    """The file of a request, for as long as the block lasts.

    Raises ImageRejected where it is too large, Refused where it is slow, or the form is none with one file.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        with anyio.fail_after(FILE_WITHIN_S):
            form = await _form(request, limits) if kind == "multipart/form-data" else None
            found = _only_file(form) if form is not None else await _body(request, limits)
    except TimeoutError:
        raise Refused(408, "too_slow", "The file did not come within 10 minutes; try again.") from None
    try:
        yield found
    finally:
        found.file.close()


async def _form(request: Request, limits: Limits) -> FormData:
    stream = _bounded(request, limits, around=_FORM_BYTES)
    parser = MultiPartParser(
        request.headers, stream, max_files=1, max_fields=_MOST_FIELDS, max_part_size=8_192
    )
    try:
        return await parser.parse()
    except MultiPartException:
        sentence = "This form cannot be read, or has more than one file or too many fields. Send one file."
        raise Refused(400, "bad_form", sentence) from None


def _only_file(form: FormData) -> RequestFile:
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if not files:
        sentence = (
            "The form has no file. Send it as a field with a file name, for example -F file=@photo.jpg."
        )
        raise Refused(400, "no_file", sentence)
    named = form.get("name")
    return RequestFile(files[0].file, str(named) if isinstance(named, str) else files[0].filename or "")


async def _body(request: Request, limits: Limits) -> RequestFile:
    spool = tempfile.SpooledTemporaryFile(MIB)  # noqa: SIM115 - it outlives this function
    try:
        async for chunk in _bounded(request, limits):
            await anyio.to_thread.run_sync(spool.write, chunk)
    except BaseException:
        spool.close()
        raise
    return RequestFile(spool, _name(request))


async def _bounded(request: Request, limits: Limits, *, around: int = 0) -> AsyncGenerator[bytes, None]:
    """The body in chunks; ends with ImageRejected where it is, or says it is, too large."""
    declared = request.headers.get("content-length", "")
    size_bytes, received = int(declared) if declared.isdecimal() and len(declared) < 20 else 0, 0
    async for chunk in request.stream():
        received += len(chunk)
        size_bytes = max(size_bytes, received)
        if size_bytes > limits.max_bytes + around:
            raise rejections.too_large(size_bytes, limits)
        yield chunk


def _name(request: Request) -> str:
    return unquote(request.headers.get("x-file-name", "")) or request.query_params.get("name", "")
