"""What one person does here: each action of the pages and the routes, refused where their role lacks it.

Pages hide what somebody may not do; here it is refused, whatever a page or a request says.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final

import structlog

from uploader import errors
from uploader.first_times import FirstTimes
from uploader.flow.app import Application
from uploader.flow.catalog.layout import Audience
from uploader.flow.catalog.permanent_links import Size, Target
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery import zip_selection
from uploader.flow.gallery.deletions import DeleteResult
from uploader.flow.shares import Share
from uploader.flow.sign_ins import ended_sign_ins
from uploader.flow.tokens import AccessToken
from uploader.flow.uploads import upload_log
from uploader.flow.uploads.direct_upload import Begun, Claim
from uploader.flow.uploads.forwarded_file import Forwarded, forward
from uploader.people import Person, Role
from uploader.presign.tokens import Selection

_NEEDED: Final[Mapping[Role, str]] = {
    Role.VIEWER: "This app is not open to you; ask whoever runs it.",
    Role.UPLOADER: "You may look at images here, not upload or delete them; ask whoever runs this app.",
    Role.ADMIN: "Only admins may do this; ask whoever runs this app.",
}
log = structlog.get_logger()
_links: Final = FirstTimes()
"""Links that somebody was given before: a page asks for the same one in every run."""

NOT_YOURS_TO_OPEN: Final = "Somebody else uploaded it; only they or an admin can choose who opens its link."
NOT_YOURS: Final = "Somebody else uploaded it; only they or an admin can delete it."


@dataclass(frozen=True, slots=True)
class Access:
    """The application as one person may use it."""

    app: Application
    person: Person

    def require(self, role: Role) -> None:
        """Raises NotAllowed where this person has not that role, or their sign-in has ended."""
        if ended_sign_ins.has_ended(self.person.sign_in):
            log.warning("access.refused", needed=role.name.lower(), code="signed_out")
            raise errors.NotAllowed("You have signed out; sign in again.", code="signed_out")
        if self.person.role < role:
            log.warning("access.refused", needed=role.name.lower(), code="not_allowed")
            raise errors.NotAllowed(_NEEDED[role])

    def begin(self, claim: Claim) -> Begun:
        """Signs a form for one file. Raises what `DirectUploads.begin` raises, and NotAllowed."""
        self.require(Role.UPLOADER)
        with upload_log.rejection(claim.sha256, claim.size_bytes, name=claim.name):
            return self.app.uploads.begin(claim, who=self.person.label)

    def complete(self, ticket: str) -> StoredImage:
        """Finishes an upload. Raises what `DirectUploads.complete` raises, and NotAllowed."""
        self.require(Role.UPLOADER)
        return self.app.uploads.complete(ticket, who=self.person.label)

    def upload(self, data: bytes, filename: str, **options: Any) -> StoredImage:
        """Stores one file through the app. Raises what `ServerUploads.upload` raises, and NotAllowed."""
        self.require(Role.UPLOADER)
        return self.app.server_uploads.upload(data, filename, who=self.person.label, **options)

    def forward(self, file: IO[bytes], filename: str, *, again: bool) -> Forwarded:
        """Uploads a file that came to the app. Raises what `forward` raises, and NotAllowed."""
        self.require(Role.UPLOADER)
        return forward(self.app.uploads, file, filename, who=self.person.label, again=again)

    def mint_pass(self) -> str:
        """A pass with which a browser uploads as this person. Raises NotAllowed."""
        self.require(Role.UPLOADER)
        return self.app.signer.mint_pass(self.person, now=datetime.now(UTC))

    def make_token(self, name: str, scopes: Collection[str], *, life_days: int) -> tuple[str, AccessToken]:
        """A token in this person's name: see `TokenStore.make`. Raises NotAllowed."""
        self.require(Role.UPLOADER)
        return self.app.tokens.make(self.person, name, scopes, life_days=life_days)

    def tokens(self) -> list[AccessToken]:
        """Their own tokens, and for an admin everybody's. Raises NotAllowed, StorageError."""
        self.require(Role.UPLOADER)
        tokens = self.app.tokens
        return tokens.all() if self.person.is_admin else tokens.made_by(self.person)

    def revoke_token(self, token_id: str) -> None:
        """Ends a token; one that is gone is no fault. Raises NotAllowed, StorageError."""
        self.require(Role.UPLOADER)
        token = self.app.tokens.get(token_id)
        if token and not (self.person.is_admin or token.belongs_to(self.person)):
            raise errors.NotAllowed("This token is somebody else's; only they or an admin can revoke it.")
        if token:
            self.app.tokens.revoke(token)

    def make_share(
        self, keys: Sequence[str], title: str, audience: Audience, *, life_days: int | None
    ) -> Share:
        """Shares these images: see `ShareStore.make`. Only uploaders may open them to anyone."""
        self.require(Role.UPLOADER if audience == "anyone" else Role.VIEWER)
        return self.app.shares.make(self.person, keys, title, audience, life_days=life_days)

    def shares(self) -> list[Share]:
        """Their own shares, and for an admin everybody's. Raises NotAllowed, StorageError."""
        self.require(Role.VIEWER)
        shares = self.app.shares
        return shares.all() if self.person.is_admin else shares.made_by(self.person)

    def revoke_share(self, share_id: str) -> None:
        """Ends a share; one that has ended is no fault. Raises NotAllowed, StorageError."""
        self.require(Role.VIEWER)
        try:
            share = self.app.shares.find(share_id)
        except errors.ObjectMissing:
            return
        if not (self.person.is_admin or share.belongs_to(self.person)):
            raise errors.NotAllowed("Somebody else shared this; only they or an admin can revoke it.")
        self.app.shares.revoke(share)

    def open_share(self, share_id: str) -> Share:
        """A share, for those whom it is for. Raises NotAllowed, ObjectMissing, StorageError."""
        share = self.app.shares.find(share_id)
        if share.audience != "anyone":
            self.require(Role.VIEWER)
        return share

    def share_target(self, share_id: str, image_id: str) -> Target:
        """Where one image of a share can be read now. Raises NotAllowed, ObjectMissing, StorageError."""
        share, key = self.open_share(share_id), self.app.permanent.find(image_id)
        if key not in share.keys:
            raise errors.ObjectMissing("This image is not in the share.", code="no_such_image")
        return self.app.permanent.target(key)

    def zip_ticket(self, keys: Sequence[str]) -> str:
        """A ticket to download these images, for this person alone. Raises NotAllowed, TicketInvalid."""
        self.require(Role.VIEWER)
        return self.app.signer.mint_selection(
            zip_selection.entries_of(keys), now=datetime.now(UTC), person=self.person
        )

    def zip_keys(self, ticket: str) -> tuple[str, ...]:
        """What a ticket lets this person download. Raises NotAllowed, TicketInvalid, StorageError."""
        selection = self.app.signer.read_selection(ticket, now=datetime.now(UTC))
        if selection.person_id:
            self._must_be_for_me(selection)
        return zip_selection.keys_of(selection.keys, self.app.layout, self.app.permanent.find)

    def _must_be_for_me(self, selection: Selection) -> None:
        if (self.person.id, self.person.sign_in) != (selection.person_id, selection.sign_in):
            sentence = (
                "This download belongs to somebody else, or they have signed out; choose the images again."
            )
            raise errors.TicketInvalid(sentence, code="ticket_foreign")
        self.require(Role.VIEWER)

    def share_link(self, key: str, *, expires_s: int) -> tuple[str, datetime]:
        """A signed address of what browsers can show of an image, and until when it works.

        Raises NotAllowed, StorageError.
        """
        self.require(Role.VIEWER)
        life_s = min(expires_s, self.app.settings.share_max_s)
        shown = self.app.web_copies.shown_key(key)
        url, ends_at = self.app.gallery.links.share_link(shown, expires_s=life_s)
        if _links.is_first((self.person.id or self.person.label, url)):
            log.info("link.signed", key=shown, expires_s=life_s, ends_at=ends_at.isoformat())
        return url, ends_at

    def follow(self, wanted: str, *, download: bool = False, size: Size = "") -> Target:
        """Where an image's permanent address leads now. Raises NotAllowed, ObjectMissing, StorageError."""
        links = self.app.permanent
        found = links.look_up(wanted)
        if found.audience != "anyone":
            self.require(Role.VIEWER)
        key = found.key
        log.info("link.followed", key=key, download=download)
        return links.download(key, size) if download else links.target(key, size)

    def may_choose_audience(self, image: StoredImage) -> bool:
        """Whether this person may choose who follows an image's address; without sign-in all are the same."""
        return bool(self.person.id) and self.person.may_change(image.who)

    def set_audience(self, key: str, audience: Audience) -> None:
        """Opens an image's permanent address to anyone who has it, or closes it again.

        Raises NotAllowed, ObjectMissing, StorageError.
        """
        self.require(Role.UPLOADER)
        if not self.person.may_change(self.app.gallery.image(key).who):
            raise errors.NotAllowed(NOT_YOURS_TO_OPEN)
        self.app.permanent.set_audience(key, audience)
        log.info("link.audience", key=key, audience=audience)

    def may_delete(self, image: StoredImage) -> bool:
        """Whether this person may delete an image."""
        return self.app.settings.allow_delete and self.person.may_change(image.who)

    def delete(self, keys: Sequence[str], *, for_good: bool = False) -> list[DeleteResult]:
        """Deletes images; each fares for itself, and what is not theirs stays.

        Raises NotAllowed where nothing may be deleted, and StorageError.
        """
        self._may_delete_at_all()
        gallery = self.app.gallery
        mine = list(keys) if self.person.is_admin else self._own(keys)
        removed = (gallery.delete_for_good if for_good else gallery.delete)(mine) if mine else []
        kept = [DeleteResult(key, NOT_YOURS) for key in keys if key not in set(mine)]
        for one in kept:
            log.warning("image.kept", key=one.key, reason=one.sentence)
        return sorted([*removed, *kept], key=lambda one: keys.index(one.key))

    def undo(self, removed: Sequence[DeleteResult]) -> None:
        """Brings back what was just deleted in a versioned bucket. Raises NotAllowed, StorageError."""
        self._may_delete_at_all()
        self.app.gallery.undo(removed)

    def _may_delete_at_all(self) -> None:
        self.require(Role.UPLOADER)
        if not self.app.settings.allow_delete:
            raise errors.NotAllowed("Nothing is deleted here; whoever runs this app has switched that off.")

    def _own(self, keys: Sequence[str]) -> list[str]:
        images = {image.key: image for image in self.app.index.load_images(keys)}
        found = (images.get(key) or self.app.gallery.image(key) for key in keys)
        return [image.key for image in found if self.person.may_change(image.who)]
