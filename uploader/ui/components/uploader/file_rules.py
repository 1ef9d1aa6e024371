"""What the browser needs to know a file and to refuse it in the server's words, as data."""

from typing import Any

from uploader import error_answers, rejections
from uploader.formats import BY_NAME, FORMATS, HEAD_BYTES, FileFormat
from uploader.limits import Limits, size_label


def file_rules(limits: Limits) -> dict[str, Any]:
    """The table of formats with the sentence of each that is not taken here, as JSON. Bytes are Latin-1."""
    return {
        "accept": [BY_NAME[name].media_type for name in limits.accepted],
        "max_bytes": limits.max_bytes,
        "max_label": size_label(limits.max_bytes),
        "head_bytes": HEAD_BYTES,
        "formats": [_row(row, limits) for row in FORMATS],
        "answers": error_answers.as_data(),
        "empty": str(rejections.EMPTY.error()),
        "unknown": str(rejections.not_accepted(None, limits)),
        "too_large": rejections.TOO_LARGE.template,
        "error_message": rejections.ERROR_MESSAGE.template,
    }


def _row(row: FileFormat, limits: Limits) -> dict[str, Any]:
    is_accepted = row.name in limits.accepted
    return {
        "name": row.name,
        "media_type": row.media_type,
        "signatures": [
            [{"offset": at, "value": _text(value), "mask": _text(mask)} for at, value, mask in marks]
            for marks in row.signatures
        ],
        "brands": row.brands,
        "texts": row.texts,
        "can_be_taken": row.can_be_taken,
        "rejection": "" if is_accepted else str(rejections.not_accepted(row, limits)),
    }


def _text(value: bytes) -> str:
    return value.decode("latin-1")
