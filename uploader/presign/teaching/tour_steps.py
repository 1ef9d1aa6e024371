"""The steps of the tour, one row each: what is told, which attacks are sent, what is mended by then.

Five attacks tell the story, and each mended part stops one of them.
"""

from dataclasses import dataclass, replace
from typing import Final

from uploader.presign.teaching.attacks import (
    ATTACKS,
    Attack,
    File,
    SignedForm,
    changed_field,
    field_value,
    unchanged,
)
from uploader.presign.teaching.form_design import tutorial_design

_MINUTE_S, _DAY_S = 60, 86_400
_LARGE_BYTES: Final = tutorial_design().max_bytes
_SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.domain)</script></svg>'
_BY_NAME: Final = {attack.name: attack for attack in ATTACKS}


def _scripted_svg(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    return changed_field(form, "Content-Type", "image/svg+xml"), File("holiday.svg", _SVG)


def _somebody_elses_key(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    folder = field_value(form, "key").rpartition("/")[0]
    return changed_field(form, "key", f"{folder}/somebody-elses-picture.png"), file


def _large_file(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    return form, File("filler-0001.png", file.body + bytes(max(1, _LARGE_BYTES - len(file.body))))


SCRIPT: Final = Attack(
    "svg", "An SVG with a script", "Browsers run it under the bucket's name.", _scripted_svg
)
OVERWRITE: Final = Attack(
    "overwrite", "Another picture's key", "Replace what somebody else stored.", _somebody_elses_key
)
FILL: Final = Attack("fill", "5 MB under a new name", "Once more for each new name.", _large_file)
LATER: Final = Attack(
    "later", "Fifty minutes later", "Use a form found in a log.", unchanged, wait_s=50 * _MINUTE_S
)
TOMORROW: Final = Attack("tomorrow", "Tomorrow", "Use the same form a day later.", unchanged, wait_s=_DAY_S)
DISGUISE: Final = replace(
    _BY_NAME["disguised"], title="A web page called image/png", tries="Serve it from a trusted address."
)
OUTSIDE: Final = replace(
    _BY_NAME["other-key"], title="A key outside the folder", tries="Reach the rest of the bucket."
)
TOO_BIG: Final = replace(_BY_NAME["too-big"], title="One byte above the bound", tries="Store larger files.")

FIVE: Final = (SCRIPT, OVERWRITE, FILL, LATER, DISGUISE)
"""The attacks that tell the story, in the order in which the mended parts stop them."""

SIZE, LIFE = "size", "life"
"""Causes that are no field of the form: the size range, and the end of the policy."""
CHAPTERS: Final = 7
EXACT_LIFE_S: Final = 300
"""Of the exact form that the tour ends with, in seconds."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step. `causes` are the fields whose conditions decide, SIZE or LIFE; `notes` are the speaker's."""

    name: str
    chapter: int
    title: str
    story: str
    lesson: str
    notes: str
    trials: tuple[Attack, ...] = ()
    causes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """Which parts of the design are mended by now."""

    @property
    def is_mending(self) -> bool:
        """True of a step that mends one part and looks at all five attacks."""
        return bool(self.parts) and self.chapter < CHAPTERS


_ALL: Final = ("type", "key", "size", "life", "content")

TOUR: Final = (
    TourStep(
        "picture",
        1,
        "Send the honest picture",
        "A server signs the form that most tutorials sign: any image up to 5 MB, any name in a folder, one "
        "hour. Somebody sends a picture with it.",
        "It works, and most tests end here. The form was only asked whether it lets the right file in.",
        "Show the policy first: four short lines, and each sounds sensible. Ask the room what they would "
        "change. Nothing of the file goes through the server: it only signs.",
    ),
    TourStep(
        "web-page",
        2,
        "Store a web page as an image",
        "The same form, other files: a web page that says it is image/png, then an SVG with a script.",
        "S3 compares the word that the sender wrote with image/. It never looks into the file.",
        "Both answers are 201. An SVG is an image by its type and a program by its content. If the bucket is "
        "served from your own domain, the script runs there.",
        (DISGUISE, SCRIPT),
        ("content-type",),
    ),
    TourStep(
        "overwrite",
        3,
        "Overwrite another key",
        "The holder of the form chooses the name: first one that somebody else's picture has, then one "
        "outside the folder.",
        "The folder is the only fence. Inside it every name is free to take, also one that is taken.",
        "A POST has no “only if it is new”. Ask what lies in such a folder in the audience's own apps: "
        "avatars, invoices, other people's pictures.",
        (OVERWRITE, OUTSIDE),
        ("key",),
    ),
    TourStep(
        "fill",
        4,
        "Fill the bucket",
        "A file of 5 MB under a new name, then one byte more than the form allows.",
        "Each file is bounded, their number is not. At 100 Mbit/s this form takes 45 GB in its hour, at the "
        "owner's cost.",
        "The size range is the one condition that worked so far. But S3 does not count: a form is no ticket "
        "that is torn at the door.",
        (FILL, TOO_BIG),
        (SIZE,),
    ),
    TourStep(
        "tomorrow",
        5,
        "Send it again tomorrow",
        "The form lay in a log or in a browser's history. Somebody uses it fifty minutes later, then "
        "tomorrow.",
        "Only its end stops it. Until then it is good for everybody who finds it, any number of times.",
        "The waiting is real as far as S3 can tell: the lab signs a form with so much less life left. S3 "
        "looks at the end when the request starts, so a slow upload still passes.",
        (LATER, TOMORROW),
        (LIFE,),
    ),
    TourStep(
        "mend-type",
        6,
        "Mend it: sign the type",
        "From “starts with image/” to exactly image/png, the type that the server decided on.",
        "The SVG is out. The web page in disguise is not: it says image/png too.",
        "From here on one condition changes in each step. Watch one column appear and one attack die.",
        FIVE,
        ("content-type",),
        _ALL[:1],
    ),
    TourStep(
        "mend-key",
        6,
        "Mend it: sign the key",
        "The server chooses one name, with a random part, and signs exactly that.",
        "Nothing of anybody else's is overwritten, and no new names are filled.",
        "The largest single gain: one form, one place. 5 MB still pass, but only onto the same key.",
        FIVE,
        ("key",),
        _ALL[:2],
    ),
    TourStep(
        "mend-size",
        6,
        "Mend it: sign the size",
        "The browser knows how large the picture is before it asks. The form allows exactly that.",
        "5 MB do not fit any more.",
        "The smallest and the largest size are the same number. A truncated upload is refused as well.",
        FIVE,
        (SIZE,),
        _ALL[:3],
    ),
    TourStep(
        "mend-life",
        6,
        "Mend it: shorten its life",
        "Five minutes instead of an hour: long enough to start one upload.",
        "What lies in a log in the evening is worth nothing any more.",
        "Too short is a fault too: a phone asks, loses its network and comes back. Below two minutes honest "
        "people fail.",
        FIVE,
        (LIFE,),
        _ALL[:4],
    ),
    TourStep(
        "mend-content",
        6,
        "Mend it: sign the content",
        "The browser hashes the picture, the server signs the SHA-256, and S3 computes it again.",
        "The web page in disguise is out: it has the right name, type and size, and other bytes.",
        "Not every store compares the checksum. Setup tries it on yours and says so.",
        FIVE,
        ("x-amz-checksum-sha256", "x-amz-checksum-algorithm"),
        _ALL,
    ),
    TourStep(
        "exact",
        7,
        "The form that this app signs",
        "One picture at one key: its type, its size, its SHA-256, for five minutes. The app signs one like "
        "it for each upload.",
        "All that is left is to send the same picture again, which changes nothing.",
        "Send all eighteen attacks. A store that accepts what AWS refuses is named, so that nobody takes the "
        "test's store for the real one. Then open it in the designer and take a condition away.",
        FIVE,
        ("key", "content-type", SIZE, LIFE, "x-amz-checksum-sha256", "x-amz-checksum-algorithm"),
        _ALL,
    ),
)
"""Every step in order: seven chapters, the sixth in five parts. Each name is unique."""
