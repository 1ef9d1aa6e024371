"""Ultra HDR pictures for the tests: a JPEG, its gain map behind it, and private things in both."""

import struct

from PIL import Image

from tests.support import pictures

SECRET = b"my secret, by Ada"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ISO = b"urn:iso:std:iso:ts:21496:-1\0"
NUMBERS = b'hdrgm:Version="1.0" hdrgm:GainMapMax="2.5" hdrgm:HDRCapacityMax="2.5" hdrgm:OffsetSDR="0.015625"'
CHANNELS = (
    b'hdrgm:Version="1.0" hdrgm:HDRCapacityMax="3"><hdrgm:GainMapMax><rdf:Seq>'
    b"<rdf:li>1.5</rdf:li> <rdf:li>1.25</rdf:li><rdf:li>-.5e-3</rdf:li></rdf:Seq></hdrgm:GainMapMax>"
)
VERSIONS = bytes(4)
INDEX = (
    b"MPF\0MM\0*"
    + struct.pack(">IHHHI4sHHIIHHIII", 8, 3, 0xB000, 7, 4, b"0100", 0xB001, 4, 1, 2, 0xB002, 7, 32, 50, 0)
    + bytes(32)
)
METADATA = VERSIONS + b"\0" + bytes(range(56))


def own(xmp: bytes = NUMBERS, iso: bytes = METADATA, size: tuple[int, int] = (16, 12)) -> bytes:
    made = pictures.picture("JPEG", *size, mode="L", comment=SECRET, exif=pictures.exif())
    for marker, name, body in ((0xE2, ISO, iso), (0xE1, XMP, xmp)):
        if body:
            packed = (
                b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"<rdf:Description " + body
                if name == XMP
                else body
            )
            made = pictures.with_segment(made, marker, name + packed)
    return made


def ultra_hdr(bright: bytes, exif: bytes = pictures.exif(6)) -> bytes:
    shown = pictures.picture("JPEG", exif=exif, icc_profile=pictures.profile())
    directory = XMP + b"<x:xmpmeta xmlns:x='adobe:ns:meta/'> hdrgm:Version='1.0' " + SECRET
    for marker, body in ((0xE2, INDEX + SECRET), (0xE2, ISO + VERSIONS), (0xE1, directory)):
        shown = pictures.with_segment(shown, marker, body)
    return shown + bright


def apple_note(*fractions: tuple[int, int, int], extra: bytes = SECRET) -> bytes:
    """An EXIF block with a maker note of Apple's: its fractions, and something private."""
    at = 16 + len(fractions) * 12 + 12 + 4
    rows = struct.pack(">HHII", 0x2B, 2, len(extra), at + 8 * len(fractions))
    rows = (
        b"".join(
            struct.pack(">HHII", number, 10, 1, at + 8 * place)
            for place, (number, _, _) in enumerate(fractions)
        )
        + rows
    )
    values = b"".join(struct.pack(">ii", above, below) for _, above, below in fractions)
    note = b"Apple iOS\0\0\1MM" + struct.pack(">H", len(fractions) + 1) + rows + bytes(4) + values + extra
    block = Image.Exif()
    block[0x0112], block[0x010F] = 6, "Apple"
    block.get_ifd(0x8769)[0x927C] = note
    return block.tobytes()


APPLE_MAP = (
    XMP + b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"<HDRGainMap:HDRGainMapVersion>65536"
    b"</HDRGainMap:HDRGainMapVersion>"
)
"""The XMP segment of a gain map as iPhones write it."""
