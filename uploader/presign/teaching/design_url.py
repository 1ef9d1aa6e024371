"""A design as the parameters of the page's address, so that it can be shared; junk becomes the default."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from uploader.presign.teaching.form_design import MAX_METADATA_NAMES, FormDesign

MAX_TEXT: Final = 4_096
"""Characters of one parameter or field: more than any part of a form that can be signed."""
_START, _EXACT = "start", "exact"


def to_query(design: FormDesign) -> dict[str, str]:
    """The parameters of a design; those at their default are left out."""
    everything, default = _write(design), _write(FormDesign())
    return {name: value for name, value in everything.items() if value != default[name]}


def from_query(query: Mapping[str, str]) -> FormDesign:
    """The design behind the parameters of an address. Never fails; `faults` judges what comes out."""
    default, found = FormDesign(), {}
    for name, (attribute, _, read) in _PARAMETERS.items():
        text = query.get(name)
        if isinstance(text, str) and len(text) <= MAX_TEXT:
            try:
                found[attribute] = read(text)
            except ValueError:
                continue
    values: dict[str, Any] = {name: getattr(default, name) for name in default.__dataclass_fields__}
    return FormDesign(**{**values, **found})


def _write(design: FormDesign) -> dict[str, str]:
    return {name: write(getattr(design, attribute)) for name, (attribute, write, _) in _PARAMETERS.items()}


def _read_number(text: str) -> int:
    if not text.isascii() or len(text) > 15:
        raise ValueError("no number that can be meant")
    return int(text)


def _write_match(is_prefix: bool) -> str:
    return _START if is_prefix else _EXACT


def _read_match(text: str) -> bool:
    if text not in (_START, _EXACT):
        raise ValueError(f"{_START} or {_EXACT}")
    return text == _START


def _read_pairs(text: str) -> Mapping[str, str]:
    return MappingProxyType(dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_METADATA_NAMES)))


_PARAMETERS: Final[dict[str, tuple[str, Callable[[Any], str], Callable[[str], Any]]]] = {
    "min": ("min_bytes", str, _read_number),
    "max": ("max_bytes", str, _read_number),
    "type": ("type_text", str, str),
    "type_is": ("type_is_prefix", _write_match, _read_match),
    "sent_type": ("sent_type", str, str),
    "key": ("key_text", str, str),
    "key_is": ("key_is_prefix", _write_match, _read_match),
    "expires": ("expires_s", str, _read_number),
    "metadata": ("metadata", urlencode, _read_pairs),
    "sha256": ("sha256", str, str),
    "status": ("status", str, str),
}
