"""Authorization: the identity claims of a signed-in person, and the role that the operator's lists give.

Who somebody is, is issuer and `sub` together: only these two never change hands
(https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability). An e-mail address counts only where
the provider verified it; a display name is shown and decides nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final
from urllib.parse import urlsplit

MAX_CLAIM_LENGTH: Final = 255
_ADDRESS: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
_LABEL: Final = re.compile(r"[a-z0-9-]{1,63}")
_MAX_DOMAIN_LENGTH: Final = 189
_CHOSEN: Final = frozenset(
    ("email", "name", "nickname", "given_name", "middle_name", "family_name", "preferred_username", "profile",
     "picture", "website")
)  # fmt: skip
"""Claims that people write themselves (https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims)."""
_CLAIM: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,100}=.{1,255}")


class Role(IntEnum):
    """What somebody may do; each role includes the ones below it."""

    NONE = 0
    VIEWER = 1
    """Looks at images and copies links."""
    UPLOADER = 2
    """Also uploads, and changes or deletes what is their own."""
    ADMIN = 3
    """Also changes and deletes what others uploaded, and sees Setup and the lab."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at this page. `id` is empty where nobody signs in; `label` names them on pages and images."""

    id: str
    label: str
    address: str
    """The verified e-mail address in lower case, or empty."""
    name: str
    """What they call themselves: for display only."""
    role: Role
    sign_in: str = ""
    """Which of their sign-ins this is, so that it can be ended; empty where there is none to end."""
    granted_by: tuple[str, ...] = field(default=(), compare=False)
    """The entries of the operator's lists that name them: an access token is worth no more than these."""

    @property
    def is_known(self) -> bool:
        """True where this person signed in."""
        return bool(self.id)

    @property
    def may_look(self) -> bool:
        """Whether they may see images and copy links."""
        return self.role >= Role.VIEWER

    @property
    def may_upload(self) -> bool:
        """Whether they may store images."""
        return self.role >= Role.UPLOADER

    @property
    def is_admin(self) -> bool:
        """Whether they may see Setup, and act on what others uploaded."""
        return self.role >= Role.ADMIN

    def may_change(self, uploaded_by: str) -> bool:
        """Whether they may change or delete an image that says who uploaded it (its `who`)."""
        return self.is_admin or (self.may_upload and bool(self.label) and uploaded_by == self.label)


ANYONE: Final = Person("", "", "", "", Role.ADMIN)
"""Whoever reaches a page where nobody signs in: an uploader who may do all."""


NOBODY: Final = Person("", "", "", "", Role.NONE)
"""Somebody who has yet to sign in."""


def script(label: str) -> Person:
    """Whoever sends with a pass that the operator printed: an uploader, under the name that it was given."""
    return Person("", label, "", "", Role.UPLOADER)


@dataclass(frozen=True, slots=True)
class Grants:
    """The operator's lists: addresses, domains, `claim=value`, or `*` for everyone who signs in."""

    viewers: tuple[str, ...] = ()
    uploaders: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """True where no list is set: everyone whom the provider knows may do all."""
        return not (self.viewers or self.uploaders or self.admins)

    def entries(self, address: str, claims: Mapping[str, object]) -> tuple[str, ...]:
        """Every entry that names this verified address or one of these claims."""
        listed = dict.fromkeys((*self.admins, *self.uploaders, *self.viewers))
        return tuple(entry for entry in listed if _matches(entry, address, claims))

    def role(self, entries: Iterable[str]) -> Role:
        """The highest role that a list with one of these entries gives."""
        if self.is_open:
            return Role.ADMIN
        named = set(entries)
        ranked = ((Role.ADMIN, self.admins), (Role.UPLOADER, self.uploaders), (Role.VIEWER, self.viewers))
        return next((role for role, listed in ranked if named.intersection(listed)), Role.NONE)


def _is_domain(name: str) -> bool:
    labels = name.split(".")
    return len(name) <= _MAX_DOMAIN_LENGTH and len(labels) > 1 and all(map(_LABEL.fullmatch, labels))


def grant(text: str) -> str:
    """One entry of a list, in its normal form. Raises ValueError where it is none of the four kinds."""
    entry = text.strip()
    if entry.partition("=")[0] in _CHOSEN and _CLAIM.fullmatch(entry):
        raise ValueError("people write this claim themselves; name a verified address or another claim")
    if entry == "*" or _CLAIM.fullmatch(entry):
        return entry
    entry = entry.lower()
    if _ADDRESS.fullmatch(entry) or _is_domain(entry.removeprefix("@")):
        return entry.removeprefix("@")
    raise ValueError("an address, a domain such as example.com, claim=value or * is needed")


def grant_list(text: str) -> tuple[str, ...]:
    """The entries of a list that is separated by commas. Raises ValueError naming each that is wrong."""
    entries, wrong = [], []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            entries.append(grant(part))
        except ValueError as error:
            wrong.append(f"{part!r} cannot be used ({error})")
    if wrong:
        raise ValueError("; ".join(wrong))
    return tuple(dict.fromkeys(entries))


def from_claims(
    claims: Mapping[str, object], grants: Grants, *, several_issuers: bool = False
) -> Person | None:
    """The person behind the claims of an identity token; None where they do not say who it is.

    With `several_issuers` the label names the issuer too, since two providers may know the same address.
    """
    issuer, subject = _text(claims.get("iss")), _text(claims.get("sub"))
    if not subject:
        return None
    verified = claims.get("email_verified")
    address = _text(claims.get("email")).lower() if verified is True or verified == "true" else ""
    address = address if _ADDRESS.fullmatch(address) else ""
    host = _host(issuer)
    label = address or (f"{subject} ({host})" if host else subject)
    if several_issuers and address and host:
        label = f"{address} ({host})"
    name = _text(claims.get("name")) or _text(claims.get("preferred_username"))
    sign_in = _sign_in(issuer, subject, claims)
    entries = grants.entries(address, claims)
    return Person(f"{issuer}#{subject}", label, address, name, grants.role(entries), sign_in, entries)


def _sign_in(issuer: str, subject: str, claims: Mapping[str, object]) -> str:
    """What tells one sign-in from the person's others: the nonce and the moment of the identity token."""
    facts = [_text(claims.get(name)) for name in ("nonce", "sid", "iat")]
    if not any(facts):
        return ""
    return hashlib.sha256("\n".join((issuer, subject, *facts)).encode()).hexdigest()[:32]


def _host(issuer: str) -> str:
    try:
        return urlsplit(issuer).hostname or issuer
    except ValueError:
        return issuer


def _matches(entry: str, address: str, claims: Mapping[str, object]) -> bool:
    if entry == "*":
        return True
    name, separator, wanted = entry.partition("=")
    if separator and "@" not in name:
        found = claims.get(name)
        values = found if isinstance(found, list | tuple) else [found]
        return any(isinstance(value, str | int | bool) and _text(value) == wanted for value in values)
    if not address:
        return False
    return address == entry if "@" in entry else address.rpartition("@")[2] == entry


def _text(value: object) -> str:
    """A claim as one line of text; a lone surrogate, which no token can hold, becomes `?`."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int):
        return ""
    text = str(value).encode("utf-8", "replace").decode()
    return "".join(c for c in text if c.isprintable())[:MAX_CLAIM_LENGTH].strip()
