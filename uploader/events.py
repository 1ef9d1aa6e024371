"""Every event that the log can hold, with its own fields: one table for the code, the handbook and the tests.

Besides its own fields each has those of `COMMON_FIELDS`, as far as they are known.
"""

from dataclasses import dataclass
from typing import Final

COMMON_FIELDS: Final = {
    "timestamp": "When, in UTC (ISO 8601).",
    "level": "`info`, `warning` or `error`.",
    "event": "What happened: a name of the tables below.",
    "who": "The person's verified address, else their id with the provider's name; or the name of a script.",
    "person_id": "The person's id at the provider that signed them in, as `issuer#subject`.",
    "client": "The address from which they came.",
    "access": "The id of the access token, where a program came with one.",
}
"""What every record has, as far as it is known."""

FIELDS: Final = {
    "attack": "The attack's name, as the lab shows it.",
    "attempt": "Which try this was, from 1.",
    "audience": "`people` who can use the page, or `anyone` who has the address.",
    "bucket": "The bucket.",
    "code": "Why, for programs: S3's own code, or one of the app's.",
    "count": "How many.",
    "delivery": "The id of the message.",
    "download": "Whether it is to be saved under its name.",
    "ends_at": "Until when the link or the share works.",
    "error": "What kind of error it was.",
    "exception": "The traceback.",
    "expires_at": "Until when the form can be sent.",
    "expires_s": "The life that was asked for, in seconds.",
    "free_bytes": "How much room the disk has left.",
    "given": "What the settings say.",
    "hint": "What to do.",
    "host": "The name under which the page was asked for.",
    "id": "The id of the access token; of a share its beginning, since the whole opens it.",
    "key": "Where the object lies in the bucket.",
    "keys": "Where the objects lie in the bucket.",
    "max_bytes": "The largest file that the form takes.",
    "message": "The name of the message.",
    "missing": "How many were deleted meanwhile.",
    "name": "The name of the file, or of the access token.",
    "needed": "The role that it takes.",
    "owner": "Whose the access token or the share is.",
    "path": "The route.",
    "provider": "Which of the providers in secrets.toml.",
    "reason": "Why, in a sentence or a word.",
    "request_id": "S3's own id of the request.",
    "right": "What the bucket says.",
    "role": "What they may do: `viewer`, `uploader` or `admin`.",
    "scopes": "What the access token is good for.",
    "setting": "Which setting of the bucket.",
    "settings": "What is set by UPLOADER_*, without secrets.",
    "sha256": "The SHA-256 of the bytes, in hex.",
    "size_bytes": "How many bytes.",
    "source_sha256": "The SHA-256 of the file as chosen, where it is not that of what is stored.",
    "status": "The status of the answer.",
    "took_ms": "How long it took, in milliseconds.",
    "uploaded_by": "Who uploaded it.",
    "version": "The version of the app.",
    "via": "`browser`: straight to the bucket; `server`: through the app.",
    "what": "Which part of the index.",
}
"""What each field of an event says."""


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of event; `fields` are its own, in the order of the record."""

    name: str
    meaning: str
    fields: tuple[str, ...]


def _event(name: str, fields: str, meaning: str) -> Event:
    return Event(name, meaning, tuple(fields.split()))


PEOPLE: Final = (
    _event("sign_in", "role", "Somebody signed in, seen here for the first time."),
    _event("sign_in.refused", "", "Somebody signed in who is on no list."),
    _event("sign_out", "", "Somebody signed out."),
    _event("access.refused", "needed code", "Somebody tried what they may not do."),
    _event(
        "request.refused",
        "path status code reason host",
        "A request was refused; `host` where that was the reason.",
    ),
    _event("access.made", "id name scopes owner", "Somebody made an access token for a program."),
    _event("access.revoked", "id name owner", "Somebody ended an access token."),
    _event("identity.refused", "reason", "A proxy's token could not be believed."),
)
IMAGES: Final = (
    _event(
        "upload.begun", "key name sha256 size_bytes expires_at took_ms", "A form was signed for one file."
    ),
    _event(
        "upload.stored",
        "key name sha256 source_sha256 size_bytes via took_ms request_id",
        "A file was checked and is in the gallery.",
    ),
    _event("upload.rejected", "key name sha256 size_bytes code reason", "A file was refused, and why."),
    _event(
        "image.deleted",
        "key name sha256 size_bytes uploaded_by took_ms request_id",
        "An image was deleted, or hidden where the bucket keeps versions.",
    ),
    _event("image.versions_deleted", "key", "Every version of a deleted image is gone too."),
    _event("image.kept", "key reason", "Somebody tried to delete an image that is not theirs."),
    _event("image.restored", "key", "A deleted image was brought back."),
    _event("link.signed", "key expires_s ends_at", "Somebody was given a link for anyone who has it."),
    _event("link.followed", "key download", "Somebody followed an image's permanent address."),
    _event("link.audience", "key audience", "Somebody chose who may follow an image's permanent address."),
    _event("share.made", "id count audience ends_at", "Somebody shared images under one address."),
    _event("share.revoked", "id owner", "Somebody ended a share."),
    _event("zip.begun", "keys", "Somebody downloads these images as one archive."),
    _event("zip.sent", "count missing size_bytes took_ms", "The archive was sent to its end."),
    _event("lab.form_signed", "key expires_s max_bytes", "The lab signed a form."),
    _event("lab.attack_sent", "attack key size_bytes status code", "The lab sent an attack on a form."),
    _event("lab.swept", "key count", "What forms of the lab had stored was deleted after their end."),
    _event("lab.left", "key code", "What a form of the lab had stored could not be deleted."),
)
APP: Final = (
    _event("started", "version bucket settings", "The app is there."),
    _event("application.unavailable", "version code reason", "The app could not open its bucket at start."),
    _event("application.fault", "exception", "The app met a fault of its own at its start."),
    _event("unhealthy", "code reason", "Somebody asked for health, and uploads cannot work."),
    _event("request.failed", "path exception", "A route met a fault of the app's own."),
    _event("upload.after_fault", "exception", "What is done after an upload's answer met a fault."),
    _event(
        "webhook.failed", "message delivery attempt reason", "The webhook took a message at no try; given up."
    ),
    _event("webhook.lost", "message delivery reason", "A message for the webhook was dropped."),
    _event("no_room", "reason", "The machine has no room for a file to be checked."),
    _event("access.unreadable", "id", "What is kept of an access token cannot be read."),
    _event("metrics.not_served", "reason", "The metrics could not be served at the address of their own."),
    _event("secret.not_kept", "hint", "The signing secret lasts only as long as this process."),
    _event("region.wrong", "bucket given right", "The bucket lies in another region than the settings say."),
    _event("rate_limits.redis_failed", "reason", "Redis does not count calls; this process counts alone."),
    _event("credentials.not_renewed", "code reason", "The credentials could not be renewed."),
    _event("credentials.not_replaced", "code reason", "Refused credentials could not be replaced by others."),
    _event("identity.joserfc_missing", "hint", "Tokens cannot be read: a library is not installed."),
    _event("sign_in.unreadable", "reason", "The secrets of the sign-in cannot be read."),
    _event("sign_in.misconfigured", "provider reason", "Something is wrong under [auth] in secrets.toml."),
)
STORE: Final = (
    _event("share.unreadable", "id", "What is kept of a share cannot be read."),
    _event("local_store.full", "free_bytes", "The local store's disk is full; no upload begins."),
    _event("local_store.vacuum_failed", "reason", "What deleted images took could not be freed."),
    _event(
        "setup.changed", "setting bucket", "Somebody changed a setting of the bucket by `uploader setup`."
    ),
    _event("store.copies_unpinned", "bucket", "The store ignores the ETag of a copy; the app puts instead."),
    _event("upload.copy_differs", "key", "The store copied something else than was checked; removed."),
    _event("upload.deleted_meanwhile", "key", "An image was deleted while its upload was completed."),
    _event("upload.failed", "key code request_id", "An upload through the app failed; nothing of it stays."),
    _event("upload.retried", "attempt code", "A request of an upload through the app is sent again."),
    _event("upload.leftover", "key code", "An object of an upload that is over could not be deleted."),
    _event("upload.version_left", "key code", "Versions of a staged file could not be deleted."),
    _event("versions.left", "key code", "Versions of a deleted image could not be deleted."),
    _event("thumbnails.left", "code count", "Thumbnails of deleted images could not be deleted."),
    _event("thumbnail.made_again", "key count", "A missing thumbnail was made, with what lies beside it."),
    _event("thumbnail.not_made", "key code", "A missing thumbnail could not be made."),
    _event("thumbnail.not_kept", "key code", "The thumbnail of another tool's image could not be kept."),
    _event("other.refused", "key code", "Another tool's image is none that is shown."),
    _event("index.failed", "what error code", "The index of duplicates and people could not be used."),
    _event("reindex.failed", "key code", "`uploader reindex` could not look at an object."),
    _event("reindex.no_likeness", "key code", "`uploader reindex` could not see what an image looks like."),
    _event("tombstone.left", "count code", "Marks of deleted images could not be lifted."),
    _event("tombstone.unknown", "key code", "Whether an image is marked as deleted is not known."),
    _event("tombstone.not_put", "key code", "An image could not be marked as deleted."),
    _event("sign_out.not_kept", "code", "A sign-out is known to this process alone."),
    _event("sign_out.unknown", "code", "Whether a sign-in has ended is not known."),
)

SECTIONS: Final = {"People": PEOPLE, "Images": IMAGES, "The app": APP, "The store": STORE}
"""The events under the headings of the handbook's page."""
EVENTS: Final = {event.name: event for section in SECTIONS.values() for event in section}
"""All of them by name."""


def handbook_tables() -> str:
    """The tables of the handbook's page on events, as Markdown."""
    parts = [_table(("Field", "What it says"), COMMON_FIELDS)]
    for heading, events in SECTIONS.items():
        lines = "\n".join(f"| `{one.name}` | {one.meaning} | {_codes(one.fields)} |" for one in events)
        parts.append(f"## {heading}\n\n| Event | When | Its fields |\n| --- | --- | --- |\n{lines}")
    parts.append(f"## Fields\n\n{_table(('Field', 'What it says'), FIELDS)}")
    return "\n\n".join(parts)


def _table(head: tuple[str, str], rows: dict[str, str]) -> str:
    lines = "\n".join(f"| `{name}` | {says} |" for name, says in rows.items())
    return f"| {head[0]} | {head[1]} |\n| --- | --- |\n{lines}"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
