"""When a picture was taken, from its EXIF: the clock of the camera, which mostly knows no time zone."""

import contextlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from uploader.images import exif

_DATES: Final = ((0x9003, 0x9011), (0x9004, 0x9012))
"""Taken, or else digitized, each with the tag of its time zone (CIPA DC-008, 4.6.6 D)."""
_ZONE: Final = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")


def taken(blocks: Iterable[bytes]) -> str:
    """ISO 8601, `2024-05-06T07:08:09`, perhaps with `+02:00`; empty where no block tells. Never raises."""
    for payload in blocks:
        found = exif.values(payload)
        for date, zone in _DATES:
            with contextlib.suppress(ValueError):
                moment = datetime.strptime(str(found.get(date, "")).strip(), "%Y:%m:%d %H:%M:%S")
                offset = _ZONE.fullmatch(str(found.get(zone, "")).strip())
                return moment.isoformat() + (offset[0] if offset else "")
    return ""
