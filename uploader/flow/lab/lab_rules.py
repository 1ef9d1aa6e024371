"""What somebody may really sign and send in the lab: small, of short life, in a folder of their own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from uploader.limits import MIB, size_label
from uploader.people import Person
from uploader.presign.policy import METADATA_PREFIX, encode_text
from uploader.presign.teaching.form_design import FormDesign
from uploader.presign.teaching.inspector import duration_label

MAX_BYTES: Final = 5 * MIB
MAX_LIFE_S: Final = 3_600
DRAWN_ONLY: Final = (
    "Nobody signs in here and the bucket is real, so the lab really signs and sends exact forms only. "
    "This one is drawn and judged; UPLOADER_LAB=everyone lets it be sent."
)
_IMAGES: Final = "image/"


@dataclass(frozen=True, slots=True)
class LabRules:
    """The rules for one person. `folder` is theirs in the bucket, `shared_folder` that of the whole lab."""

    shared_folder: str
    folder: str
    who: str = ""
    takes_any_type: bool = True
    sends_exact_only: bool = False
    """Whether anything but an exact form is only drawn: on a real bucket where nobody signs in."""

    @classmethod
    def for_person(cls, shared_folder: str, person: Person, *, sends_exact_only: bool) -> "LabRules":
        """The rules for this person; where nobody signs in, all share the lab's folder."""
        own = f"{hashlib.sha256(person.id.encode()).hexdigest()[:16]}/" if person.id else ""
        return cls(shared_folder, f"{shared_folder}{own}", person.label, person.is_admin, sends_exact_only)

    def draws_only(self, design: FormDesign) -> bool:
        """Whether this design is drawn and judged, but never really signed."""
        return self.sends_exact_only and not design.is_exact

    def faults(self, design: FormDesign) -> dict[str, str]:
        """Field -> one sentence, for each in which the design asks for more than the lab signs."""
        found = {}
        if design.max_bytes > MAX_BYTES:
            found["max_bytes"] = f"The lab signs forms for at most {size_label(MAX_BYTES)}; lower it."
        if design.expires_s > MAX_LIFE_S:
            life = duration_label(MAX_LIFE_S)
            found["expires_s"] = f"The lab signs forms that live at most {life}; ask for less."
        if not self.takes_any_type and not design.type_text.startswith(_IMAGES):
            found["type_text"] = "The lab signs forms for images; only admins may ask for other types here."
        return found

    def adopted(self, design: FormDesign) -> FormDesign:
        """A design that somebody shared, moved from their folder of the lab into this person's."""
        rest = design.key_text.removeprefix(self.shared_folder)
        if self.folder == self.shared_folder or rest == design.key_text:
            return design
        if design.key_text.startswith(self.folder):
            return design
        head, slash, tail = rest.partition("/")
        is_folder_of_another = bool(slash) and len(head) == 16 and not head.strip("0123456789abcdef")
        return replace(design, key_text=f"{self.folder}{tail if is_folder_of_another else rest}")

    def signed(self, design: FormDesign) -> FormDesign:
        """The design with what the app adds to it: who signed it, as metadata of whatever it stores."""
        if not self.who:
            return design
        named: Mapping[str, str] = {f"{METADATA_PREFIX}who": encode_text(self.who)}
        return replace(design, further_fields=MappingProxyType({**design.further_fields, **named}))
