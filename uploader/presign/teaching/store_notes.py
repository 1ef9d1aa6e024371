"""What the store at hand makes of a form, beside what AWS makes of it."""

from collections.abc import Sequence
from enum import Enum
from urllib.parse import urlsplit


class StoreKind(Enum):
    """Whose S3 it is; only of AWS and of the local store is it known what they ask."""

    AWS = "aws"
    LOCAL = "local"
    OTHER = "other"


def store_kind(endpoint_url: str, *, is_local: bool) -> StoreKind:
    """The store behind an address; `is_local` is true of the one that this app started."""
    if is_local:
        return StoreKind.LOCAL
    host = urlsplit(endpoint_url).hostname or ""
    is_aws = host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"))
    return StoreKind.AWS if is_aws else StoreKind.OTHER


def store_note(kind: StoreKind, *, pins_content: bool, accepted: Sequence[str] | None = None) -> str:
    """One or two sentences on the store at hand; empty where there is nothing to add to AWS's rules.

    `pins_content` is true of a form with a checksum. `accepted` names the attacks that this store let through
    and AWS would refuse, None before anybody tried.
    """
    if accepted:
        return f"So it is on AWS. This store was tried, and accepts what AWS refuses: {', '.join(accepted)}."
    if accepted is not None:
        return "This store was tried: it refuses all that AWS refuses."
    if kind is StoreKind.LOCAL:
        return (
            "So it is on AWS. The local store asks for a condition on x-amz- fields only, so here somebody "
            "with the form may add others, such as Cache-Control, acl or a redirect."
        )
    if kind is StoreKind.OTHER:
        checksum = "; some do not compare the checksum, and store other content too" if pins_content else ""
        return f"So it is on AWS. This is another store and may ask for less{checksum}: try it under Tamper."
    return ""
