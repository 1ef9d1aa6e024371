"""What a good image is.

    inspect.py      bytes -> ImageFacts: one walk, one decode; the order of the checks
    checker.py      the same in bounded child processes, with a queue: worker.py, the parent's side of one;
                    child.py, its own
    containers/     the structure of JPEG, PNG, GIF, WebP and AVIF files, without decoding
    decode.py       everything Pillow: decodes each frame, makes the thumbnail; imported late
    pixels.py       a decoded frame as a browser reads it: eight bits, transparency
    colour/         colours as a browser shows them: ICC, cICP, gAMA, nclx, HDR
    metadata.py     strips what a picture tells about people, without touching a pixel
    describe.py     what stripping takes away, in words
    gain_map.py     the second picture that an HDR screen needs; apple_note.py, what Apple's needs to know
    jpeg_rows.py    whether a JPEG without an end mark is whole
    fates.py        which parts of JPEG, PNG, GIF and WebP files stay
    profiles.py     colour profiles in those files; icc.py, what of a profile is private
    heif/           AVIF and HEIC files made again from what drawing needs
    removals.py     the words for what was taken away
    exif.py         the orientation that browsers apply, and what it gives away
    exif_blocks.py  where each format keeps its EXIF
    camera.py       how it was taken, in one line
    taken.py        when it was taken
    likeness.py     how much two pictures look alike
    foreign.py      what a file is that is no picture we take
    rejections.py   every reason for a refusal: its code and its sentence

Importing this wing does not import Pillow.
"""

from uploader.images import rejections
from uploader.images.check import Checked, ImageFacts, extension_of, inspect
from uploader.images.containers import taken
from uploader.images.describe import describe_removed
from uploader.images.metadata import strip_metadata
from uploader.images.worker_pool import Checker

__all__ = [
    "Checked",
    "Checker",
    "ImageFacts",
    "describe_removed",
    "extension_of",
    "inspect",
    "rejections",
    "strip_metadata",
    "taken",
]
