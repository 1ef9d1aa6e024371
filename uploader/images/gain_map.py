"""The gain map of an Ultra HDR JPEG: a second JPEG that says how much brighter a place is on an HDR screen.

It stays when metadata is stripped, with what it needs and nothing else: its parameters, a new directory of
the two pictures and a new index of their places. Sources:
https://developer.apple.com/documentation/appkit/applying-apple-hdr-effect-to-your-photos,
https://developer.android.com/media/platform/hdr-image-format, ISO 21496-1, CIPA DC-007 (the index, MPF).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from uploader.images import apple_note, exif, removals
from uploader.images.containers import Part, Walk, further_jpegs

_XMP_NAME: Final = b"http://ns.adobe.com/xap/1.0/\0"
_ISO_NAME: Final = b"urn:iso:std:iso:ts:21496:-1\0"
_ISO_VERSIONS: Final = bytes(4)
"""Lowest version to read it, and version written: all that the shown picture says."""
_MAKER_NOTE: Final = 0x927C
_SMALL_HEAD: Final = 5
_MANY_CHANNELS, _COMMON_DENOMINATOR = 0x80, 0x08
_MOST_XMP_BYTES: Final = 65_536
_NUMBER: Final = rb"[-+0-9.eE]{1,24}"
_PARAMETERS: Final = (
    *("GainMapMin", "GainMapMax", "Gamma", "OffsetSDR", "OffsetHDR", "HDRCapacityMin", "HDRCapacityMax"),
)
_AS_ATTRIBUTE: Final = {
    name: re.compile(rb'\bhdrgm:%s="\s*+(%s)\s*+"' % (name.encode(), _NUMBER)) for name in _PARAMETERS
}
_AS_ELEMENT: Final = {
    name: re.compile(rb"<hdrgm:%s>([^&]{1,512}?)</hdrgm:%s>" % (name.encode(), name.encode()), re.DOTALL)
    for name in _PARAMETERS
}
_IN_ELEMENT: Final = re.compile(rb">\s*+(%s)\s*+<" % _NUMBER)
_HEADROOM: Final = re.compile(rb'HDRGainMapHeadroom(?:>|=")\s*+(%s)\s*+[<"]' % _NUMBER)
_NEEDED: Final = {"GainMapMax", "HDRCapacityMax"}
_HEAD: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'
)
_FOOT: Final = b"</rdf:Description></rdf:RDF></x:xmpmeta>"
_DIRECTORY: Final = (
    b' xmlns:Container="http://ns.google.com/photos/1.0/container/"'
    b' xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0">'
    b'<Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b'<Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>'
    b'<rdf:li rdf:parseType="Resource">'
    b'<Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="%d"/></rdf:li>'
    b"</rdf:Seq></Container:Directory>"
)
_APPLE: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/"'
    b' xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/">'
    b"<apdi:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType>"
    b"<HDRGainMap:HDRGainMapVersion>%s</HDRGainMap:HDRGainMapVersion>%s"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)
_APPLE_HEADROOM: Final = b"<HDRGainMap:HDRGainMapHeadroom>%s</HDRGainMap:HDRGainMapHeadroom>"
_MPF_BYTES: Final = 4 + 4 + 82
"""Marker and length, name, and the index of two pictures."""


@dataclass(frozen=True, slots=True)
class GainMap:
    """A gain map behind the shown picture. Its parts' offsets are those of the whole file."""

    walk: Walk
    parameters: bytes
    """As XMP; empty where the file gives none."""
    iso: bytes
    """As ISO 21496-1; empty where the file gives none."""
    note: tuple[bytes, ...]
    """What Apple's maker note in the shown picture says of it."""

    def own_segments(self) -> bytes:
        """What the gain map's own file must say."""
        return _segments(self.parameters, self.iso)

    def shown_segments(self, size_bytes: int) -> bytes:
        """What the shown picture must say of a gain map of this size, but for the index."""
        is_listed = self.parameters.startswith(_HEAD)  # Apple's have the index alone
        directory = _HEAD + _DIRECTORY % size_bytes + _FOOT if is_listed else b""
        return _segments(directory, _ISO_VERSIONS if self.iso else b"")


def find(data: bytes, walk: Walk) -> GainMap | None:
    """The gain map of a file that was walked; None where there is none that a browser would use."""
    if removals.FURTHER_PICTURES not in walk.tail:
        return None
    for found in further_jpegs(data, walk):
        parameters, iso = _parameters(data, found) or _apple(data, walk, found), _iso(data, found)
        is_small = found.width_px * found.height_px <= walk.width_px * walk.height_px
        if (parameters or iso) and is_small:
            is_apples = bool(parameters) and not parameters.startswith(_HEAD)
            return GainMap(found, parameters, iso, _note(data, walk) if is_apples else ())
    return None


def is_for_hdr(data: bytes, walk: Walk) -> bool:
    """Whether every further picture calls itself a gain map, in whatever form."""
    further = list(further_jpegs(data, walk))
    marks = (b"hdrgm:", b"HDRGainMap", b"hdrgainmap", _ISO_NAME)
    said = [
        b"".join(data[part.start : part.end] for part in found.parts if part.kind in ("XMP", "HDR"))
        for found in further
    ]
    return bool(said) and all(any(mark in own for mark in marks) for own in said)


def joined(found: GainMap, shown: list[tuple[str, bytes]], at: int, own: bytes) -> bytes:
    """The two pictures as one file: `shown`, with what it must say before its piece `at`, then `own`."""
    before = b"".join(piece for _, piece in shown[:at]) + found.shown_segments(len(own))
    after = b"".join(piece for _, piece in shown[at:])
    size = len(before) + _MPF_BYTES + len(after)
    return before + _index(len(before), size, len(own)) + after + own


def _index(before_bytes: int, shown_bytes: int, size_bytes: int) -> bytes:
    """The MPF segment of a shown picture and its gain map.

    `before_bytes` precede the segment in the shown picture, which has `shown_bytes` with the segment.
    """
    origin = before_bytes + 8  # offsets count from the TIFF header behind the name
    entries = struct.pack(">IIIHH", 0x0003_0000, shown_bytes, 0, 0, 0)
    entries += struct.pack(">IIIHH", 0, size_bytes, shown_bytes - origin, 0, 0)
    body = b"MM\0*" + struct.pack(">IH", 8, 3)
    body += struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, 2)
    body += struct.pack(">HHII", 0xB002, 7, len(entries), 50) + bytes(4) + entries
    return _segment(b"MPF\0" + body)


def _segments(xmp: bytes, iso: bytes) -> bytes:
    found = b"\xff\xe1" + (len(_XMP_NAME + xmp) + 2).to_bytes(2, "big") + _XMP_NAME + xmp if xmp else b""
    return found + (_segment(_ISO_NAME + iso) if iso else b"")


def _segment(body: bytes) -> bytes:
    return b"\xff\xe2" + (len(body) + 2).to_bytes(2, "big") + body


def _bodies(data: bytes, walk: Walk, kind: str, name: bytes) -> Iterator[bytes]:
    parts: list[Part] = [part for part in walk.parts if part.kind == kind]
    return (data[part.start + 4 + len(name) : part.end] for part in parts)


def _iso(data: bytes, walk: Walk) -> bytes:
    """The metadata without what may follow it."""
    for body in _bodies(data, walk, "HDR", _ISO_NAME):
        if len(body) < _SMALL_HEAD or body[:2] != b"\0\0":
            continue
        channels = 3 if body[4] & _MANY_CHANNELS else 1
        size = 12 + 20 * channels if body[4] & _COMMON_DENOMINATOR else 16 + 40 * channels
        if len(body) >= _SMALL_HEAD + size:
            return body[: _SMALL_HEAD + size]
    return b""


def _parameters(data: bytes, walk: Walk) -> bytes:
    """The parameters in words of our own; empty where one that is needed is missing."""
    packet = b"".join(_bodies(data, walk, "XMP", _XMP_NAME))[:_MOST_XMP_BYTES]
    found = {name: _values(packet, name) for name in _PARAMETERS}
    if not all(found[name] for name in _NEEDED):
        return b""
    is_hdr = re.search(rb'hdrgm:BaseRenditionIsHDR(?:="|>)\s*True', packet)
    single = {name.encode(): values[0] for name, values in found.items() if len(values) == 1}
    attributes = b"".join(b' hdrgm:%s="%s"' % pair for pair in single.items())
    attributes += b' hdrgm:BaseRenditionIsHDR="%s"' % (b"True" if is_hdr else b"False")
    elements = b""
    for name, values in found.items():
        if len(values) == 3:
            row = b"".join(b"<rdf:li>%s</rdf:li>" % value for value in values)
            elements += b"<hdrgm:%s><rdf:Seq>%s</rdf:Seq></hdrgm:%s>" % (name.encode(), row, name.encode())
    return _HEAD + b' hdrgm:Version="1.0"' + attributes + b">" + elements + _FOOT


def _apple(data: bytes, shown: Walk, found: Walk) -> bytes:
    """Apple's own form, with the headroom in it or in the shown picture's maker note."""
    packet = b"".join(_bodies(data, found, "XMP", _XMP_NAME))[:_MOST_XMP_BYTES]
    if b"HDRGainMapVersion" not in packet:
        return b""
    said = _HEADROOM.search(packet)
    version, headroom = (b"131072", _APPLE_HEADROOM % said[1]) if said else (b"65536", b"")
    return _APPLE % (version, headroom) if said or _note(data, shown) else b""


def _note(data: bytes, shown: Walk) -> tuple[bytes, ...]:
    """What Apple's maker note in the shown picture says of HDR."""
    block = next((data[part.start + 4 : part.end] for part in shown.parts if part.kind == "Exif"), b"")
    return apple_note.hdr_tags(exif.raw(block, _MAKER_NOTE))


def _values(packet: bytes, name: str) -> list[bytes]:
    """One number, or one a channel, as an attribute or as an element."""
    attribute = _AS_ATTRIBUTE[name].search(packet)
    if attribute:
        return [attribute[1]]
    element = _AS_ELEMENT[name].search(packet)
    values = _IN_ELEMENT.findall(b">" + element[1] + b"<") if element else []
    return values if len(values) in (1, 3) else []
