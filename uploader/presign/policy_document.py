"""The policy document: base64 to clauses, or the sentence with which S3 refuses it.

The language: https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-HTTPPOSTConstructPolicy.html.
Where S3's own words for a malformed policy were never recorded, the closest ones in its style stand here.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

DOLLAR: Final = "\ufdd0"
"""Stands for an escaped dollar sign while a policy is read; Unicode keeps it free for such use."""
EQ: Final = "eq"
STARTS_WITH: Final = "starts-with"
RANGE: Final = "content-length-range"

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)


class PolicyFault(Exception):
    """The policy is no policy; `str()` is what S3 says after `Invalid Policy: `."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition. `subject` and `value` are as written; of a size range they are its two bounds."""

    operator: str
    subject: str | int
    value: str | int
    index: int = 0
    """Its place in the policy's list, from 0."""
    has_double_dollar: bool = False
    """The value holds `$$`, not escaped: S3 never matches it in a key."""

    @property
    def field(self) -> str:
        """The field that it is about, in lower case; empty for a size range."""
        return "" if self.operator == RANGE else str(self.subject).removeprefix("$").lower()

    @property
    def text(self) -> str:
        """As S3 prints it in an answer: `["eq", "$key", "a.png"]`."""
        return json.dumps([self.operator, self.subject, self.value], ensure_ascii=False)

    @property
    def range_bytes(self) -> tuple[int, int] | None:
        """The bounds of a size range, both included; None for another condition or bounds without a sense."""
        try:
            return (int(self.subject), int(self.value)) if self.operator == RANGE else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that S3 can read."""

    expires_at: datetime
    clauses: tuple[Clause, ...]
    text: str
    """The JSON as it was signed."""


def read_policy(encoded: str) -> Policy:
    """Reads the `policy` field. Raises PolicyFault with the words of S3."""
    if not encoded.strip():
        raise PolicyFault("Expecting '{' but found End-of-Input")
    try:
        text = base64.b64decode(encoded.encode("ascii"), validate=True).decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyFault("Invalid JSON.") from None
    except (binascii.Error, UnicodeEncodeError):
        raise PolicyFault("invalid Base64 encoding.") from None
    try:
        content = json.loads(plain_json(text, DOLLAR), parse_float=_not_json, parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise PolicyFault("Invalid JSON.") from None
    if not isinstance(content, dict):
        raise PolicyFault("Invalid JSON.")
    unexpected = [name.lower() for name in content if name not in ("expiration", "conditions")]
    if unexpected:
        raise PolicyFault(f"Unexpected: '{min(unexpected, key=_hash_order).replace(DOLLAR, '$')}'")
    expires_at, conditions = _expiration(content), _conditions(content)
    return Policy(expires_at, read_clauses(conditions), text)


def read_clauses(conditions: Iterable[object]) -> tuple[Clause, ...]:
    """A policy's `conditions` as clauses. Raises PolicyFault with the words of S3."""
    return tuple(_clause(item, index) for index, item in enumerate(conditions))


def plain_json(text: str, dollar: str = "$") -> str:
    """A policy's text as JSON: S3 takes two more escapes, of the dollar sign and of the vertical tab.

    https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-HTTPPOSTConstructPolicy.html
    """
    return re.sub(r"\\(.)", lambda found: {"$": dollar, "v": "\\u000b"}.get(found[1], found[0]), text)


def _hash_order(name: str) -> int:
    """The place of a name in a small hash table of Java: of Version, Id and Statement S3 names Statement.

    https://stackoverflow.com/q/31169349
    """
    code = 0
    for character in name:
        code = (31 * code + ord(character)) & 0xFFFFFFFF
    return (code ^ code >> 16) & 15


def _not_json(_: str) -> NoReturn:
    raise ValueError("S3 takes whole numbers only")


def _expiration(content: dict[str, Any]) -> datetime:
    if "expiration" not in content:
        raise PolicyFault("Policy missing expiration.")
    value = content["expiration"]
    if not isinstance(value, str):
        raise PolicyFault("Invalid JSON.")
    value = value.replace(DOLLAR, "$")
    if not _MOMENT.fullmatch(value):
        raise PolicyFault(f"Invalid 'expiration' value: '{value}'")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PolicyFault(f"Invalid 'expiration' value: '{value}'") from None


def _conditions(content: dict[str, Any]) -> list[Any]:
    if "conditions" not in content:
        raise PolicyFault("Policy missing conditions.")
    if not isinstance(content["conditions"], list):
        raise PolicyFault("Invalid 'conditions' value: must be a List.")
    return content["conditions"]


def _clause(item: object, index: int) -> Clause:
    if isinstance(item, dict):
        return _simple(item, index)
    if not isinstance(item, list):
        raise PolicyFault("Invalid condition test: must be a List or Object.")
    if not item or not isinstance(item[0], str):
        raise PolicyFault("Invalid Condition: missing operation identifier.")
    operator = item[0].lower()
    if operator not in (EQ, STARTS_WITH, RANGE):
        raise PolicyFault(f"Invalid Condition: unknown operation '{_plain(item[0])}'.")
    if len(item) != 3:
        raise PolicyFault(f"Invalid {operator}: wrong number of arguments.")
    if not all(_is_operand(operator, part) for part in item[1:]):
        raise PolicyFault("Invalid JSON.")
    return Clause(operator, _plain(item[1]), _plain(item[2]), index, "$$" in str(item[2]))


def _simple(item: dict[str, Any], index: int) -> Clause:
    if len(item) != 1:
        raise PolicyFault(
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
        )
    [(name, value)] = item.items()
    if value is None:
        raise PolicyFault("Invalid JSON.")
    if not isinstance(value, str):
        raise PolicyFault("Invalid Simple-Condition: value must be a string.")
    return Clause(EQ, f"${_plain(name)}", _plain(value), index, "$$" in value)


def _plain(operand: Any) -> Any:
    """The operand with its escaped dollar signs as they are."""
    return operand.replace(DOLLAR, "$") if isinstance(operand, str) else operand


def _is_operand(operator: str, part: object) -> bool:
    if isinstance(part, str):
        return True
    return operator == RANGE and isinstance(part, int) and not isinstance(part, bool) and part >= 0
