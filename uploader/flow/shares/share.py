"""A share: which images, under what title, for whom and until when. It lies in the bucket as JSON."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from uploader.flow.catalog.layout import AUDIENCES, Audience
from uploader.people import Person

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Share:
    """A selection of images; `keys` are in the order in which they are shown.

    `ends_at` is None where it has no end; `person_id` and `label` tell who made it.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    audience: Audience
    made_at: datetime
    ends_at: datetime | None
    person_id: str
    label: str

    def has_ended(self, now: datetime) -> bool:
        """Whether its end has come."""
        return self.ends_at is not None and self.ends_at <= now

    def belongs_to(self, person: Person) -> bool:
        """Whether this person made it."""
        return (self.person_id, self.label) == (person.id, person.label)


def written(share: Share) -> bytes:
    """A share as JSON, as the bucket keeps it."""
    ends_at = share.ends_at.isoformat() if share.ends_at else None
    return json.dumps({**asdict(share), "made_at": share.made_at.isoformat(), "ends_at": ends_at}).encode()


def read(content: bytes, share_id: str) -> Share | None:
    """The share that was written so; None for anything else."""
    try:
        kept: dict[str, Any] = json.loads(content)
        ends_at = datetime.fromisoformat(kept["ends_at"]) if kept["ends_at"] else None
        made_at, keys = datetime.fromisoformat(kept["made_at"]), tuple(map(str, kept["keys"]))
        share = Share(**{**kept, "made_at": made_at, "ends_at": ends_at, "keys": keys})
    except (ValueError, KeyError, TypeError):
        log.warning("share.unreadable", id=share_id)
        return None
    return share if share.id == share_id and share.audience in AUDIENCES else None
