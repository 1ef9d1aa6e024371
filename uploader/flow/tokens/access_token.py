"""What is kept of a personal access token: what it may do, until when, and in whose name."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

import structlog

from uploader.people import ANYONE, NOBODY, Grants, Person, Role, script

log = structlog.get_logger()

Scope = Literal["upload", "list", "delete"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
Kind = Literal["person", "anyone", "operator"]


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What is kept of a token; its text is not. `kind` says whose it is: a person's who signed in, that of
    anyone where nobody signs in, or one that the operator made on the command line."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    ends_at: datetime
    kind: Kind
    person_id: str
    label: str
    address: str
    granted_by: tuple[str, ...]
    role: Role
    digest: str = field(repr=False)

    def belongs_to(self, person: Person) -> bool:
        """Whether `person` made it, or it is anyone's and so are they."""
        return owner_of(person) == (self.kind, self.person_id or self.label)

    def has_ended(self, now: datetime) -> bool:
        """Whether its time is over."""
        return now >= self.ends_at

    def person(self, grants: Grants, *, anyone: bool) -> Person:
        """In whose name it acts, with the role that they have now and had when they made it, whichever is
        lower. `anyone` says that nobody signs in here: only then does a token of anyone count."""
        if self.kind == "operator":
            return script(self.label)
        if self.kind == "anyone":
            return ANYONE if anyone else NOBODY
        entries = (*self.granted_by, *grants.entries(self.address, {}))
        role = min(self.role, grants.role(entries))
        return Person(self.person_id, self.label, self.address, "", role, granted_by=self.granted_by)


def owner_of(person: Person) -> tuple[Kind, str]:
    """Whose a token of this person is, and the id or label that tells them from others of that kind."""
    if person.is_known:
        return "person", person.id
    return ("operator", person.label) if person.label else ("anyone", "")


def written(token: AccessToken) -> bytes:
    """A token as JSON, as the bucket keeps it."""
    moments = {"made_at": token.made_at.isoformat(), "ends_at": token.ends_at.isoformat()}
    return json.dumps({**asdict(token), **moments}).encode()


def read(content: bytes, token_id: str) -> AccessToken | None:
    """The token that was written so; None for anything else."""
    try:
        kept: dict[str, Any] = json.loads(content)
        moments = {name: datetime.fromisoformat(kept[name]) for name in ("made_at", "ends_at")}
        lists = {name: tuple(kept[name]) for name in ("scopes", "granted_by")}
        token = AccessToken(**{**kept, **moments, **lists, "role": Role(kept["role"])})
    except (ValueError, KeyError, TypeError):
        log.warning("access.unreadable", id=token_id)
        return None
    return token if token.id == token_id else None
