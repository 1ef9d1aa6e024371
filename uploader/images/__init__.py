"""The image check: what a good image is.

    check.py            bytes -> ImageFacts: one walk, one decode; the order of the checks
    worker_pool.py      the same in a pool of bounded child processes, with a queue
    fair_shares.py      whose turn it is in that queue
    child_process.py    one child, the parent's side        child_main.py   the child's own side
    sandbox.py          what closes the machine to that child, and the parent's memory to others
    foreign_formats.py  what a file is that is no image we take
    containers/         the structure of JPEG, PNG, GIF, WebP and AVIF files, without decoding
    decode.py           everything Pillow: decodes each frame, makes the thumbnail; imported late
    pixels.py           a decoded frame as a browser reads it: eight bits, transparency
    colour/             colour management: ICC, cICP, gAMA, nclx, HDR
    jpeg_rows.py        whether a JPEG without an end marker is complete
    perceptual_hash.py  how much two images look alike
    metadata.py         metadata stripping, without touching a pixel
    metadata_rules.py   which parts of JPEG, PNG, GIF and WebP files stay
    profiles.py         ICC profiles in those files        icc.py          what of a profile is private
    gain_map.py         the gain map of an HDR image       apple_note.py   Apple's maker note
    heif/               AVIF and HEIC files rewritten from what drawing needs
    removals.py         the words for what was removed     describe.py     what stripping would remove
    exif.py             EXIF: orientation, and what it gives away
    exif_blocks.py      where each format keeps its EXIF
    camera_line.py      camera and exposure, in one line   taken.py        when it was taken

Why a file is refused stands in `uploader.rejections`. Importing this wing does not import Pillow.
"""

from uploader import rejections
from uploader.images.check import Checked, ImageFacts, inspect, weigh
from uploader.images.metadata import strip_metadata
from uploader.images.worker_pool import Checker

__all__ = [
    "Checked",
    "Checker",
    "ImageFacts",
    "inspect",
    "rejections",
    "strip_metadata",
    "weigh",
]
