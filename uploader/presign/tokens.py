"""Signed passes and tickets: what a server would have to remember, carried by the browser instead.

A pass says who may upload until when. A ticket says what one upload was promised. Both are signed
(https://itsdangerous.palletsprojects.com/), so any replica with the same secret can finish what another
began.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from uploader.errors import PassInvalid, TicketInvalid
from uploader.people import ANYONE, Person, Role, script

_SIGNING: Final = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
PASS_LIFE_S: Final = 900
"""A pass that says more is worth nothing longer."""
_SKEW_S: Final = 60  # how far the clocks of two replicas may differ
SELECTION_LIFE_S: Final = 600
_MAX_TEXT: Final = 8_192  # far above any real ticket; longer ones are not even hashed


@dataclass(frozen=True, slots=True)
class Ticket:
    """All that finishing an upload needs. Times are seconds since the epoch; `sha256` is hex."""

    who: str
    staged_key: str
    key: str
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    expires_at_s: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Objects to download, and who asked for them; both ids are empty where nobody signs in."""

    keys: tuple[str, ...]
    person_id: str
    sign_in: str


class Signer:
    """Mints and reads passes and tickets with one secret. The clock is always an argument."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._passes = URLSafeSerializer(secret, salt="uploader.pass.1", signer_kwargs=_SIGNING)
        self._tickets = URLSafeSerializer(secret, salt="uploader.ticket.1", signer_kwargs=_SIGNING)
        self._selections = URLSafeSerializer(secret, salt="uploader.selection.1", signer_kwargs=_SIGNING)

    def derive(self, purpose: str) -> str:
        """A secret for another purpose, 64 hex digits, that tells nothing of this one."""
        return hmac.new(self._secret.encode(), f"uploader.{purpose}.1".encode(), hashlib.sha256).hexdigest()

    def mint_pass(self, who: Person | str, *, now: datetime, life_s: int = PASS_LIFE_S) -> str:
        """A pass for a person, or for a script by its name; good for `life_s` seconds, at most 15 minutes."""
        person, now_s = script(who) if isinstance(who, str) else who, int(now.timestamp())
        named = {"id": person.id, "who": person.label, "role": int(person.role), "in": person.sign_in}
        return _text(self._passes.dumps({**named, "iat": now_s, "exp": now_s + min(life_s, PASS_LIFE_S)}))

    def read_pass(self, text: str, *, now: datetime) -> Person:
        """Who a pass is for. Raises PassInvalid with code `pass_missing`, `pass_forged` or `pass_expired`."""
        if not text:
            raise PassInvalid("No pass came with this request; open the upload page.", code="pass_missing")
        try:
            data = self._load(self._passes, text)
            issued_at_s, expires_at_s = int(data["iat"]), int(data["exp"])
            role, sign_in = Role(data["role"]), str(data["in"])
            person = Person(str(data["id"]), str(data["who"]), "", "", role, sign_in)
        except (BadData, KeyError, TypeError, ValueError):
            raise PassInvalid("This pass was not made here; reload the page.", code="pass_forged") from None
        until_s = min(expires_at_s, issued_at_s + PASS_LIFE_S)
        if not issued_at_s - _SKEW_S <= now.timestamp() < until_s:
            raise PassInvalid("This pass has expired; reload the page to get a new one.", code="pass_expired")
        return person

    def mint_ticket(self, ticket: Ticket) -> str:
        """A ticket as the text that the browser keeps."""
        return _text(self._tickets.dumps(asdict(ticket)))

    def read_ticket(self, text: str, *, who: str, now: datetime) -> Ticket:
        """The ticket behind a text.

        Raises TicketInvalid with code `ticket_forged`, `ticket_foreign` or `ticket_expired`.
        """
        try:
            ticket = Ticket(**self._load(self._tickets, text))
        except (BadData, TypeError, ValueError):
            raise TicketInvalid(
                "This ticket was not made here; send the file again.", code="ticket_forged"
            ) from None
        if ticket.who != who:
            raise TicketInvalid(
                "This ticket belongs to somebody else; send the file again.", code="ticket_foreign"
            )
        if now.timestamp() >= ticket.expires_at_s:
            raise TicketInvalid("This ticket has expired; send the file again.", code="ticket_expired")
        return ticket

    def mint_selection(
        self, keys: Sequence[str], *, now: datetime, person: Person = ANYONE, life_s: int = SELECTION_LIFE_S
    ) -> str:
        """A ticket for `person` to download these objects. Raises TicketInvalid: too many."""
        named = {"keys": list(keys), "id": person.id, "in": person.sign_in}
        text = _text(self._selections.dumps({**named, "exp": int(now.timestamp()) + life_s}))
        if len(text) > _MAX_TEXT:
            raise TicketInvalid("So many do not fit into one download; choose fewer.", code="ticket_too_long")
        return text

    def read_selection(self, text: str, *, now: datetime) -> Selection:
        """What is behind a ticket. Raises TicketInvalid, code `ticket_forged` or `ticket_expired`."""
        try:
            data = self._load(self._selections, text)
            keys, expires_at_s = tuple(str(key) for key in data["keys"]), int(data["exp"])
            selection = Selection(keys, str(data["id"]), str(data["in"]))
        except (BadData, KeyError, TypeError, ValueError):
            sentence = "This download was not made here; choose the images again."
            raise TicketInvalid(sentence, code="ticket_forged") from None
        if now.timestamp() >= expires_at_s:
            sentence = "This download has expired; choose the images again."
            raise TicketInvalid(sentence, code="ticket_expired")
        return selection

    @staticmethod
    def _load(serializer: URLSafeSerializer, text: str) -> Any:
        if len(text) > _MAX_TEXT or not text.isascii():
            raise ValueError("too long or not ASCII")
        return serializer.loads(text)


def _text(signed: str | bytes) -> str:
    return signed if isinstance(signed, str) else signed.decode("ascii")
