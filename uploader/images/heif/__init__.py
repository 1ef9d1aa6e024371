"""AVIF and HEIC files made again from what drawing needs.

primary.py      the item that is shown: its properties, its crop
rewrite.py      the whole file: boxes that stay, data that items point to, offsets that are right
losses.py       what is not copied, in words
selection.py    which items are needed: the shown one, its tiles, its transparency, its HDR rendition
meta.py         the `meta` box of those items
properties.py   the properties that drawing needs
coded.py        where the coded data of an item ends
tracks.py       the `moov` box of a sequence; samples.py, where its frames lie
ranges.py       byte ranges that stay, and where they go
"""

from uploader.images.heif.losses import Loss
from uploader.images.heif.rewrite import Rewritten, rewrite

__all__ = ["Loss", "Rewritten", "rewrite"]
