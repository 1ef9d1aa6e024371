"""The checks that the policy makes: readable, not expired, every condition, every field, the size."""

from datetime import timedelta
from typing import Final

from uploader.limits import MAX_SIGNATURE_LIFE_S, size_label
from uploader.presign.policy_document import EQ, RANGE, STARTS_WITH, Clause, Policy, PolicyFault
from uploader.presign.post_request import Post
from uploader.presign.verdict import Rule, Verdict, denied_by_policy, refuse

MAX_OBJECT_BYTES: Final = 5 * 2**30
"""The largest object that one POST can carry (https://docs.aws.amazon.com/AmazonS3/latest/developerguide/RESTObjectPOST.html)."""
_FREE: Final = frozenset(("x-amz-signature", "policy", "file"))
_FREE_V2: Final = frozenset(("awsaccesskeyid", "signature", "policy", "file"))


def document(post: Post) -> Verdict | None:
    """The policy is one."""
    if not isinstance(post.policy, PolicyFault):
        return None
    rule = Rule("policy", f"S3 cannot read the policy: {str(post.policy).rstrip('.')}.", "policy")
    return refuse(400, "InvalidPolicyDocument", f"Invalid Policy: {post.policy}", rule)


def expiration(post: Post) -> Verdict | None:
    """Neither the policy nor the signature has expired when the request starts."""
    if post.signed_at is not None and post.now - post.signed_at > timedelta(seconds=MAX_SIGNATURE_LIFE_S):
        sentence = f"A signature is good for 7 days; this one is of {post.signed_at:%Y-%m-%d %H:%M:%S} UTC."
        return denied_by_policy("Policy expired.", Rule("expiration", sentence, "x-amz-date"))
    if not isinstance(post.policy, Policy) or post.now < post.policy.expires_at:
        return None
    moment = post.policy.expires_at.strftime("%Y-%m-%d %H:%M:%S")
    return denied_by_policy("Policy expired.", Rule("expiration", f"The policy expired at {moment} UTC."))


def conditions(post: Post) -> Verdict | None:
    """Every condition but the size ranges holds; the first that does not decides."""
    for clause in clauses(post):
        if clause.operator == RANGE and clause.range_bytes is None:
            return _failed(clause, "The bounds of the size range are no numbers, so it can never hold.")
        if clause.operator != RANGE and not holds(clause, post):
            return _failed(clause, _why(clause, post))
    return None


def clauses(post: Post) -> tuple[Clause, ...]:
    """The policy's conditions; none where there is no policy that S3 can read."""
    return post.policy.clauses if isinstance(post.policy, Policy) else ()


def holds(clause: Clause, post: Post) -> bool:
    """True when an `eq` or `starts-with` condition holds for this form.

    A field that the form lacks fails every condition, also `starts-with` nothing. A `$$` in a key never
    matches unless it is escaped (https://github.com/boto/boto3/issues/4514).
    """
    found, wanted = post.values.get(clause.field), str(clause.value)
    if found is None or not str(clause.subject).startswith("$"):
        return False
    if clause.operator == EQ:
        return found == wanted and not (clause.field == "key" and clause.has_double_dollar)
    if clause.field == "content-type":  # the one field whose commas make a list
        return all(part.lstrip().startswith(wanted) for part in found.split(","))
    return found.startswith(wanted)


def _failed(clause: Clause, sentence: str) -> Verdict:
    rule = Rule("condition", sentence, clause.field, clause.text, clause.index)
    return denied_by_policy(f"Policy Condition failed: {clause.text}", rule)


def _why(clause: Clause, post: Post) -> str:
    if not str(clause.subject).startswith("$"):
        return f'"{clause.subject}" has no $ in front, so this condition can never hold.'
    wanted = f'start with "{clause.value}"' if clause.operator == STARTS_WITH else f'be "{clause.value}"'
    if clause.field == "bucket":
        return f"The policy is for the bucket {clause.value}, the form was sent to {post.bucket}."
    if clause.field not in post.values:
        return f"The form has no field {clause.field}; it must {wanted}."
    if post.values[clause.field] == clause.value:
        return "S3 never matches a key that holds $$."
    return f'{clause.field} must {wanted}; it is "{post.values[clause.field]}".'


def extra_fields(post: Post) -> Verdict | None:
    """Every field has a condition, and so has the bucket, which S3 takes for a field of every form.

    A policy without a condition on the bucket: https://github.com/aws/aws-sdk-php/issues/3292.
    """
    covered = {clause.field for clause in clauses(post)}
    free = _FREE if post.has("x-amz-algorithm") else _FREE_V2
    for name in (*(name.lower() for name, _ in post.sent), "bucket"):
        if name not in covered and name not in free and not name.startswith("x-ignore-"):
            rule = Rule("extra-field", f"The policy has no condition on {name}, so S3 refuses it.", name)
            return denied_by_policy(f"Extra input fields: {name}", rule)
    return None


def size(post: Post) -> Verdict | None:
    """The file fits every size range, and S3's own limit."""
    for clause in clauses(post):
        if clause.range_bytes is not None:
            least, most = clause.range_bytes
            rule = Rule("size", _range_sentence(post.size_bytes, least, most), "", clause.text, clause.index)
            if post.size_bytes < least:
                return _too_small(post.size_bytes, least, rule)
            if post.size_bytes > most:
                return _too_large(post.size_bytes, most, rule)
    if post.size_bytes > MAX_OBJECT_BYTES:
        rule = Rule("size", "One POST can carry 5 GB at most.")
        return _too_large(post.size_bytes, MAX_OBJECT_BYTES, rule)
    return None


def _range_sentence(size_bytes: int, least: int, most: int) -> str:
    if least == most:
        return f"The file must have exactly {least:,} bytes; it has {size_bytes:,}."
    return f"The file must have {size_label(least)} to {size_label(most)}; it has {size_label(size_bytes)}."


def _too_small(size_bytes: int, least: int, rule: Rule) -> Verdict:
    message = "Your proposed upload is smaller than the minimum allowed size"
    return refuse(400, "EntityTooSmall", message, rule, ProposedSize=size_bytes, MinSizeAllowed=least)


def _too_large(size_bytes: int, most: int, rule: Rule) -> Verdict:
    message = "Your proposed upload exceeds the maximum allowed size"
    return refuse(400, "EntityTooLarge", message, rule, ProposedSize=size_bytes, MaxSizeAllowed=most)
