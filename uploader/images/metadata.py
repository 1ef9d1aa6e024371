"""Strip what a picture tells about people and places, without touching a pixel.

Away go EXIF, XMP, IPTC, comments, embedded previews, private chunks, all that follows the picture and all
that lies between its parts. The colour profile and the animation's timing stay, and so does the orientation,
alone in an EXIF block. Broken parts that no browser reads go too, also where metadata is kept.
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Final

from uploader.images import apple_note, containers, exif, gain_map, heif, profiles, removals
from uploader.images.containers import Part, Walk
from uploader.images.metadata_rules import KEPT, fate
from uploader.limits import Limits

BOXED: Final = ("AVIF", "HEIC")
_ENDS: Final = {"JPEG": ("EOI", b"\xff\xd9"), "GIF": ("trailer", b";")}
_ADOBE_BYTES: Final = 16


def strip_metadata(data: bytes, limits: Limits | None = None) -> bytes:
    """The same picture without metadata. Raises ImageRejected where the file's structure is not whole."""
    limits = limits or Limits()
    return strip(data, containers.walk(data, containers.sniff(data, limits), limits))[0]


def strip(data: bytes, walk: Walk) -> tuple[bytes, Walk]:
    """What `strip_metadata` does to a file that was walked, and what a walk over the result would say."""
    return _cleaned(data, walk, keeps_private=False)


def trim(data: bytes, walk: Walk) -> tuple[bytes, Walk]:
    """The file with its metadata, but without what follows the picture, hides in it or is broken.

    The index of further pictures goes with them. All else stays byte for byte.
    """
    return _cleaned(data, walk, keeps_private=True)


def _cleaned(data: bytes, walk: Walk, *, keeps_private: bool) -> tuple[bytes, Walk]:
    if walk.format in BOXED:
        made = heif.rewrite(data, walk.end, walk.format, keeps_private=keeps_private).data
        return made, containers.walk(made, walk.format, Limits())
    made = _with_gain_map(data, walk, keeps_private=keeps_private)
    if made:
        return made, containers.walk(made, walk.format, Limits())
    pieces = _shown_pieces(data, walk, keeps_private=keeps_private)
    kind, end = _ENDS.get(walk.format, ("", b""))
    if end and walk.parts[-1].kind != kind:
        pieces.append((kind, end))
    pieces = [(kind, piece) for kind, piece in pieces if piece]
    made = b"".join(piece for _, piece in pieces)
    if walk.format == "WEBP":
        made = made[:4] + (len(made) - 8).to_bytes(4, "little") + made[8:]
    ends = tuple(accumulate(len(piece) for _, piece in pieces))
    parts = tuple(Part(kind, end - len(piece), end) for (kind, piece), end in zip(pieces, ends, strict=True))
    return made, replace(walk, parts=parts, end=len(made), tail=())


def _with_gain_map(data: bytes, walk: Walk, *, keeps_private: bool) -> bytes:
    """The picture and its gain map; empty where it has none, or none whose index would still be right."""
    found = gain_map.find(data, walk)
    if found is None:
        return b""
    if keeps_private:
        kept = b"".join(piece for _, piece in _pieces(data, walk, keeps_private=True, keeps_index=True))
        return data[: found.walk.end] if kept == data[: walk.end] else b""
    shown = _shown_pieces(data, walk, keeps_private=False)
    if found.note:
        block = apple_note.exif_block(exif.turn(data, walk), found.note)
        shown[_after_jfif(shown)] = ("Exif", _exif_segment(block))
    own = list(_pieces(data, found.walk, keeps_private=False))
    own.insert(_after_jfif(own), ("HDR", found.own_segments()))
    return gain_map.joined(found, shown, _after_jfif(shown) + 1, b"".join(piece for _, piece in own))


def _shown_pieces(data: bytes, walk: Walk, *, keeps_private: bool) -> list[tuple[str, bytes]]:
    """What stays of each part, and the orientation."""
    pieces = list(_pieces(data, walk, keeps_private=keeps_private))
    if walk.format == "JPEG" and not keeps_private:
        pieces.insert(_after_jfif(pieces), ("Exif", _exif_block(data, walk)))
    return pieces


def _pieces(
    data: bytes, walk: Walk, *, keeps_private: bool, keeps_index: bool = False
) -> Iterator[tuple[str, bytes]]:
    """What stays of each part: all, nothing, or less."""
    owners = profiles.parts_with(walk)
    profile = profiles.written(data, walk, keeps_private=keeps_private) if owners else None
    pointless = ("MPF",) if removals.FURTHER_PICTURES in walk.tail and not keeps_index else ()
    for part in walk.parts:
        if part in owners and profile is not None:
            yield part.kind, profile if part is owners[0] else b""
        elif not keeps_private:
            yield part.kind, _stripped(data, walk, part)
        elif fate(walk, part.kind) != removals.BROKEN and part.kind not in pointless:
            yield part.kind, _padded(walk, data[part.start : part.end])


def payload_of(data: bytes, walk: Walk, part: Part) -> bytes:
    """What a part holds, without the container's own words around it."""
    head, foot = {"JPEG": (4, 0), "PNG": (8, 4), "WEBP": (8, 0), **dict.fromkeys(BOXED, (0, 0))}.get(
        walk.format, (2, 0)
    )
    payload = data[part.start + head : part.end - foot]
    return exif.from_item(payload) if walk.format in BOXED else payload


def _exif_block(data: bytes, walk: Walk) -> bytes:
    """An orientation-only EXIF part in the container's words; nothing when the picture stands upright."""
    turn = exif.turn(data, walk)
    block = exif.only_orientation(turn)
    if turn == 1:
        return b""
    if walk.format == "JPEG":
        return _exif_segment(block)
    checksum = zlib.crc32(b"eXIf" + block)
    return len(block).to_bytes(4, "big") + b"eXIf" + block + checksum.to_bytes(4, "big")


def _exif_segment(block: bytes) -> bytes:
    return b"\xff\xe1" + (len(block) + 8).to_bytes(2, "big") + b"Exif\0\0" + block


def _stripped(data: bytes, walk: Walk, part: Part) -> bytes:
    """What stays of a part without metadata."""
    word, piece = fate(walk, part.kind), data[part.start : part.end]
    if word == removals.EXIF and walk.format != "JPEG":
        first = next(other for other in walk.parts if other.kind == part.kind)
        return _exif_block(data, walk) if part is first else b""
    if word != KEPT:
        return b""
    if part.kind == "JFIF":  # without the tiny preview, https://www.w3.org/Graphics/JPEG/jfif3.pdf
        return piece[:2] + b"\0\x10" + piece[4:16] + b"\0\0"
    if part.kind == "Adobe":
        return piece[:2] + b"\0\x0e" + piece[4:_ADOBE_BYTES]
    if part.kind == "VP8X":
        return piece[:8] + bytes((piece[8] & ~0x0C,)) + piece[9:]  # no EXIF: browsers never turn a WebP by it
    return _padded(walk, piece)


def _padded(walk: Walk, piece: bytes) -> bytes:
    """A writer may leave out the last padding byte of a WebP."""
    return piece + b"\0" if walk.format == "WEBP" and len(piece) % 2 else piece


def _after_jfif(pieces: list[tuple[str, bytes]]) -> int:
    """Where an EXIF segment may stand: JFIF wants to be the first after SOI."""
    return 2 if len(pieces) > 1 and pieces[1][0] == "JFIF" else 1
