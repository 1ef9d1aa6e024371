"""Who signs, who signs in, and what is kept of people."""

from datetime import datetime, timedelta
from typing import Final

from uploader import errors
from uploader.flow.app import Application
from uploader.flow.doctor.check_result import CheckResult
from uploader.flow.gallery.foreign_folders import scope_of

GROUP: Final = "People"
_CREDENTIALS: Final = "Credentials"

_SHORT: Final = timedelta(hours=1)
_TEMPORARY: Final = (
    "Give the machine a role, or a profile that renews itself (SSO, credential_process); keys that are "
    "pasted anew into the credentials file are found without a restart."
)
_TICKETS: Final = "What begins on one replica can be finished by another only where all have the same secret."
_SIGN_IN: Final = (
    "Streamlit signs people in by OpenID Connect, configured in .streamlit/secrets.toml and with the library "
    "of pip install 'streamlit[auth]' (https://docs.streamlit.io/develop/concepts/connections/authentication)."
)
_ROLES: Final = (
    "Viewers look and copy links, uploaders also upload and delete what is their own, admins do everything. "
    "Each list holds addresses, domains, claim=value (such as groups=design) or *, separated by commas."
)
_LISTS: Final = """\
export UPLOADER_VIEWERS=example.com
export UPLOADER_UPLOADERS=groups=design
export UPLOADER_ADMINS=you@example.com\
"""
_SECRETS: Final = """\
[auth]
redirect_uri = "https://uploads.example.com/oauth2callback"
cookie_secret = "a long random text"
client_id = "from your identity provider"
client_secret = "from your identity provider"
server_metadata_url = "https://login.example.com/.well-known/openid-configuration\"
"""


def credentials(app: Application, now: datetime) -> list[CheckResult]:
    """What signs the forms, the links and the tickets."""
    settings = app.settings
    if settings.secret_key or app.store:
        said = "Set by UPLOADER_SECRET_KEY." if settings.secret_key else "Kept in the data folder."
        secret = CheckResult(_CREDENTIALS, "Shared secret", "good", said, _TICKETS)
    else:
        secret = CheckResult(
            _CREDENTIALS,
            "Shared secret",
            "warn",
            "Not shared between servers.",
            _TICKETS,
            "export UPLOADER_SECRET_KEY=$(python -c 'import secrets; print(secrets.token_hex(32))')",
        )
    return [_life(app, now), secret]


def _life(app: Application, now: datetime) -> CheckResult:
    title, why = "Access keys", "A signature lives at most as long as the credentials behind it."
    try:
        end, temporary = app.bucket.credentials_expire_at(), app.bucket.credentials_are_temporary()
    except errors.StorageError as error:
        return CheckResult(_CREDENTIALS, title, "bad", str(error), why)
    if app.store:
        return CheckResult(_CREDENTIALS, title, "good", "Keys of the local store, made for it alone.", why)
    if end is not None:
        left = int((end - now) / timedelta(minutes=1))
        said = f"Temporary keys with {left:,} minutes left; they are renewed where a role gives them."
        return CheckResult(_CREDENTIALS, title, "good" if end - now > _SHORT else "warn", said, why)
    if temporary:
        said = "Temporary keys that do not say when they end; from then on uploads and links fail."
        return CheckResult(_CREDENTIALS, title, "warn", said, f"{why} {_TEMPORARY}")
    return CheckResult(_CREDENTIALS, title, "good", "A long-lived access key.", why)


def examine(app: Application, signs_in: bool | None) -> list[CheckResult]:
    """Who gets in, and what is kept of them; without the sign-in where nobody knows of it."""
    return [*([] if signs_in is None else [_gate(app, signs_in)]), _privacy(app), _folders(app)]


def _gate(app: Application, signs_in: bool) -> CheckResult:
    title = "Sign-in"
    if signs_in and app.settings.grants.is_open:
        said = "Everyone whom the identity provider knows is let in, and may do everything."
        return CheckResult(GROUP, title, "warn", said, _ROLES, _LISTS)
    if signs_in and not app.settings.admins:
        said = "Nobody is an admin, so nobody sees this page or deletes what others uploaded."
        return CheckResult(GROUP, title, "warn", said, _ROLES, "export UPLOADER_ADMINS=you@example.com")
    if signs_in:
        return CheckResult(
            GROUP, title, "good", "People sign in, and each image says who uploaded it.", _SIGN_IN
        )
    may = "see and delete every image" if app.settings.allow_delete else "see every image"
    said = f"Nobody signs in: whoever reaches this page may upload, and may {may}."
    return CheckResult(GROUP, title, "good" if app.store else "warn", said, _SIGN_IN, _SECRETS)


def _privacy(app: Application) -> CheckResult:
    title, why = "Privacy", "A photograph from a phone says where it was taken."
    if app.settings.strip_metadata:
        said = "Location, camera and other metadata are removed before an image is stored."
        said += " The date on which it was taken is kept." if app.settings.keep_date_taken else ""
        return CheckResult(GROUP, title, "good", said, why)
    said = "Location, camera and other metadata are kept in every image."
    return CheckResult(GROUP, title, "warn", said, why, "export UPLOADER_STRIP_METADATA=true")


def _folders(app: Application) -> CheckResult:
    title, why = "Other folders", "Other teams may keep images in this bucket that are not for everyone here."
    if not app.settings.allow_browse:
        return CheckResult(GROUP, title, "good", "Images in other folders of the bucket are not shown.", why)
    roots = scope_of(app.settings).roots
    if "" not in roots:
        return CheckResult(
            GROUP, title, "good", f"Images under {', '.join(roots)} are shown to everyone here.", why
        )
    said = "Images in every folder of the bucket are shown to everyone here."
    return CheckResult(
        GROUP, title, "good" if app.store else "warn", said, why, "export UPLOADER_BROWSE=photos/"
    )
