"""What each condition of a policy means, and the attack that it stops."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from uploader.limits import size_label
from uploader.presign.policy import METADATA_PREFIX
from uploader.presign.policy_document import RANGE, STARTS_WITH, Clause


@dataclass(frozen=True, slots=True)
class ConditionNote:
    """One condition as S3 prints it, what it demands, and what somebody with the form could do without it.

    Where it `stops` no attack, `attack` says why.
    """

    condition: str
    sentence: str
    attack: str
    field: str = ""
    stops: bool = True


_ATTACKS: Final = {
    "bucket": "Sending the form to another bucket of the same account.",
    "key": "Overwriting any other object, or filling the bucket under names of one's own.",
    "content-type": "Storing a web page or a script that browsers then open under the bucket's name.",
    "acl": "Making the object public.",
    "success_action_status": "Changing what S3 answers; harmless, but every field needs a condition.",
    "success_action_redirect": "Sending the person to another site after the upload.",
    "redirect": "Sending the person to another site after the upload.",
    "x-amz-algorithm": "Naming a weaker algorithm.",
    "x-amz-credential": "Passing the signature off as that of another key, day or region.",
    "x-amz-date": "Passing the signature off as younger than it is.",
    "x-amz-security-token": "Joining the signature to another session.",
    "x-amz-checksum-algorithm": "Leaving the checksum unasked.",
    "x-amz-checksum-sha256": "Sending other content of the same size.",
    "x-amz-storage-class": "Storing the object in a dearer class.",
    "tagging": "Giving the object tags that lifecycle or access rules act on.",
    "cache-control": "Letting browsers keep the object for ever, or never.",
    "content-disposition": "Making browsers save the object under another name.",
    "content-encoding": "Making browsers unpack what is not packed, or show what is.",
    "content-md5": "Sending other content.",
    "x-amz-server-side-encryption": "Storing the object with another encryption than was signed.",
    "x-amz-server-side-encryption-aws-kms-key-id": "Encrypting the object with a key of somebody else.",
    "x-amz-website-redirect-location": "Leading visitors of a website in the bucket to another site.",
}


def explain_conditions(clauses: Iterable[Clause]) -> tuple[ConditionNote, ...]:
    """One explanation for each condition of any policy (`read_policy(…).clauses`), in its order."""
    return tuple(_explain(clause) for clause in clauses)


def _explain(clause: Clause) -> ConditionNote:
    if clause.operator == RANGE:
        return ConditionNote(clause.text, _range_sentence(clause), _range_attack(clause))
    if not str(clause.subject).startswith("$"):
        sentence = (
            f'"{clause.subject}" lacks its $, so this condition can never hold and the form is useless.'
        )
        return ConditionNote(clause.text, sentence, "None: it stops everybody.", clause.field, stops=False)
    field, attack = clause.field, _attack(clause.field)
    if clause.operator != STARTS_WITH:
        return ConditionNote(clause.text, f'{field} must be exactly "{clause.value}".', attack, field)
    if clause.value == "":
        sentence = f"{field} must be there and may be anything."
        return ConditionNote(
            clause.text, sentence, "None: it only lets the field be sent.", field, stops=False
        )
    return ConditionNote(clause.text, f'{field} must start with "{clause.value}".', attack, field)


def _attack(field: str) -> str:
    if field in _ATTACKS:
        return _ATTACKS[field]
    if field.startswith("x-amz-checksum-"):
        return "Sending other content."
    if field.startswith(METADATA_PREFIX):
        return "Storing the object with other metadata than was signed."
    return f"Sending another value for {field}."


def _range_sentence(clause: Clause) -> str:
    if clause.range_bytes is None:
        return "The bounds are no numbers, so this condition can never hold."
    least, most = clause.range_bytes
    if least > most:
        return "The smallest size is above the largest, so no file fits."
    if least == most:
        return f"The file must have exactly {most:,} bytes."
    return f"The file must have {size_label(least)} to {size_label(most)}."


def _range_attack(clause: Clause) -> str:
    bounds = clause.range_bytes
    if bounds and bounds[0] == bounds[1]:
        return "Sending a larger file at the bucket owner's cost, or a truncated one."
    if bounds and bounds[0] == 0:
        return "Sending huge files at the bucket owner's cost; an empty file still passes."
    return "Sending huge files at the bucket owner's cost, or empty ones."
