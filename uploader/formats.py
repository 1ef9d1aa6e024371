"""Every file format that people choose, one row each: how it is recognised, what it is called, what to do.

The only list of its kind: the check reads it, and whoever must know a file before it is sent gets it as data.
Signatures: https://mimesniff.spec.whatwg.org/, https://www.garykessler.net/library/file_sigs.html and, for
the brands of ISO base media files, https://mp4ra.org/registered-types/brands.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, TypeAlias

_MOST_BRAND_BYTES: Final = 4_096


class Mark(NamedTuple):
    """Bytes at an offset. With a mask, only its bits are compared."""

    offset: int
    value: bytes
    mask: bytes = b""

    def fits(self, head: bytes) -> bool:
        """Whether a file that begins with `head` has these bytes."""
        found = head[self.offset : self.offset + len(self.value)]
        if self.mask:
            found = bytes(byte & bits for byte, bits in zip(found, self.mask, strict=False))
        return found == self.value


Signature: TypeAlias = tuple[Mark, ...]
"""Marks that must all be there."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format. Where it can be taken, `name` is Pillow's."""

    name: str
    label: str
    phrase: str
    """With its article, to go on after `This file is`."""
    media_type: str
    extensions: tuple[str, ...]
    """The first is the usual one."""
    signatures: tuple[Signature, ...] = ()
    """Any of them is enough."""
    brands: tuple[str, ...] = ()
    """Of files that begin with an `ftyp` box."""
    advice: str = "Save it as JPEG or PNG first."
    """What to do where it is not taken."""
    can_be_taken: bool = False


def _starts(*values: bytes, at: int = 0) -> tuple[Signature, ...]:
    return tuple((Mark(at, value),) for value in values)


def _both(start: bytes, at: int, value: bytes) -> tuple[Signature, ...]:
    return ((Mark(0, start), Mark(at, value)),)


_BITMAP_HEADERS: Final = (12, 16, 40, 52, 56, 64, 108, 124)
"""Lengths of the header behind a BMP's own. A text that begins with BM has no such number."""
_CAMERA: Final = "Export it as JPEG from your camera or photo app first."
_DOCUMENT: Final = "Choose a picture, or export the page as one."
_PICTURE: Final = "Choose a picture instead."
_UNPACK: Final = "Unpack it and choose the pictures in it."
_HEIC_BRANDS: Final = ("heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs")
_HEIF_BRANDS: Final = (
    "mif1",
    "msf1",
    "mif2",
    "avci",
    "avcs",
    "jpeg",
    "jpgs",
    "j2ki",
    "vvic",
    "vvis",
    "unif",
    "miaf",
)
_RAW_EXTENSIONS: Final = "cr2 cr3 crw nef nrw arw sr2 dng raf orf rw2 pef srw x3f 3fr iiq mrw"
_STILL: Final = "Choose a picture, or take a screenshot of the video."
_OFFICE_NAMES: Final = (
    b"mimetypeapplication/vnd.oasis",
    b"[Content_Types].xml",
    b"_rels/.rels",
    b"word/",
    b"xl/",
    b"ppt/",
    b"docProps/",
)


def _row(
    name: str,
    label: str,
    phrase: str,
    media_type: str,
    extensions: str,
    signatures: tuple[Signature, ...] = (),
    brands: tuple[str, ...] = (),
    advice: str = "Save it as JPEG or PNG first.",
    *,
    can_be_taken: bool = False,
) -> FileFormat:
    suffixes = tuple(extensions.split())
    return FileFormat(name, label, phrase, media_type, suffixes, signatures, brands, advice, can_be_taken)


_taken = partial(_row, can_be_taken=True)

# fmt: off
FORMATS: Final = (
    _taken("JPEG", "JPEG", "a JPEG image", "image/jpeg", "jpg jpeg jpe jfif", _starts(b"\xff\xd8\xff")),
    _taken("PNG", "PNG", "a PNG image", "image/png", "png", _starts(b"\x89PNG\r\n\x1a\n")),
    _taken("WEBP", "WebP", "a WebP image", "image/webp", "webp", _both(b"RIFF", 8, b"WEBP")),
    _taken("GIF", "GIF", "a GIF image", "image/gif", "gif", _starts(b"GIF87a", b"GIF89a")),
    _taken("AVIF", "AVIF", "an AVIF image", "image/avif", "avif", (), ("avif", "avis")),
    _taken("HEIC", "HEIC", "a HEIC image", "image/heic", "heic heif", (), _HEIC_BRANDS, _CAMERA),
    _row("RAW", "camera RAW", "a camera RAW file", "image/x-raw", _RAW_EXTENSIONS,
         _starts(b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
         + _both(b"II*\0", 8, b"CR") + _both(b"II", 6, b"HEAPCCDR") + _both(b"II*\0", 8, b"IIII"),
         ("crx ",), _CAMERA),
    _row("TIFF", "TIFF", "a TIFF image", "image/tiff", "tif tiff",
         _starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    _row("JXL", "JPEG XL", "a JPEG XL image", "image/jxl", "jxl", _starts(b"\0\0\0\x0cJXL ", b"\xff\x0a")),
    _row("JP2", "JPEG 2000", "a JPEG 2000 image", "image/jp2", "jp2 j2k",
         _starts(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")),
    _row("JXS", "JPEG XS", "a JPEG XS image", "image/jxs", "jxs", _starts(b"\0\0\0\x0cJXS ")),
    _row("JXR", "JPEG XR", "a JPEG XR image", "image/jxr", "jxr wdp", _starts(b"II\xbc")),
    _row("PSD", "PSD", "a Photoshop document", "image/vnd.adobe.photoshop", "psd psb", _starts(b"8BPS")),
    _row("XCF", "XCF", "a GIMP document", "image/x-xcf", "xcf", _starts(b"gimp xcf ")),
    _row("BMP", "BMP", "a BMP image", "image/bmp", "bmp",
         tuple((Mark(0, b"BM"), Mark(14, size.to_bytes(4, "little"))) for size in _BITMAP_HEADERS)
         + _both(b"BM", 6, bytes(4))),
    _row("ICO", "icon", "an icon", "image/x-icon", "ico cur icns",
         _starts(b"\0\0\1\0", b"\0\0\2\0", b"icns")),
    _row("DDS", "DDS", "a DDS texture", "image/vnd.ms-dds", "dds", _starts(b"DDS ")),
    _row("EXR", "OpenEXR", "an OpenEXR image", "image/x-exr", "exr", _starts(b"v/1\x01")),
    _row("HDR", "Radiance", "a Radiance HDR image", "image/vnd.radiance", "hdr", _starts(b"#?RADIANCE")),
    _row("QOI", "QOI", "a QOI image", "image/qoi", "qoi", _starts(b"qoif")),
    _row("HEIF", "HEIF", "a HEIF image coded in a way that browsers do not show", "image/heif",
         "heif hif avci", (), _HEIF_BRANDS, _CAMERA),
    _row("PDF", "PDF", "a PDF document", "application/pdf", "pdf", _starts(b"%PDF"), (), _DOCUMENT),
    _row("PS", "PostScript", "a PostScript document", "application/postscript", "ps eps",
         _starts(b"%!PS", b"\xc5\xd0\xd3\xc6"), (), _DOCUMENT),
    _row("OFFICE", "Office", "an Office document", "application/msword",
         "docx xlsx pptx doc xls ppt odt ods odp",
         tuple((Mark(0, b"PK\x03\x04"), Mark(30, name)) for name in _OFFICE_NAMES)
         + _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), (), _DOCUMENT),
    _row("ZIP", "ZIP", "a ZIP archive", "application/zip", "zip epub",
         _starts(b"PK\x03\x04", b"PK\x05\x06"), (), _UNPACK),
    _row("ARCHIVE", "archive", "an archive", "application/octet-stream", "rar 7z gz xz bz2 zst",
         _starts(b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh",
                 b"\x28\xb5\x2f\xfd"), (), _UNPACK),
    _row("AUDIO", "audio", "an audio file", "audio/*", "m4a mp3 wav flac ogg aac aiff amr",
         _starts(b"ID3", b"fLaC", b"OggS", b"#!AMR", b"MThd")
         + _starts(b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"\xff\xfa")
         + _both(b"RIFF", 8, b"WAVE") + _both(b"FORM", 8, b"AIF"),
         ("M4A ", "M4B ", "M4P ", "F4A ", "F4B "), _PICTURE),
    _row("VIDEO", "video", "a video", "video/*", "mp4 mov m4v webm mkv avi 3gp mpg wmv flv",
         _starts(b"\x1aE\xdf\xa3", b"FLV\x01", b"\0\0\1\xba", b"\0\0\1\xb3", b"0&\xb2u\x8ef\xcf\x11")
         + _starts(b"ftyp", b"moov", b"mdat", b"wide", at=4) + _both(b"RIFF", 8, b"AVI "), (), _STILL),
    _row("EXE", "program", "a program", "application/octet-stream", "exe",
         _starts(b"\x7fELF", b"\xcf\xfa\xed\xfe", b"MZ\x90\0"), (), _PICTURE),
    _row("SVG", "SVG", "an SVG drawing", "image/svg+xml", "svg", (), (), "Export it as PNG first."),
    _row("HTML", "web page", "a web page", "text/html", "html htm", (), (), "Download the picture itself."),
)
# fmt: on
"""Every format, those that can be taken first. The first row that fits is the file's."""

BY_NAME: Final = {row.name: row for row in FORMATS}


def find(data: bytes) -> FileFormat | None:
    """The row whose signature or brand a file begins with; SVG and web pages have none."""
    if data[4:8] == b"ftyp":
        return _branded(data)
    fits = (
        row for row in FORMATS for signature in row.signatures if all(mark.fits(data) for mark in signature)
    )
    return next(fits, None)


def _branded(data: bytes) -> FileFormat:
    """Any brand makes a picture; only the first one makes sound or RAW (ISO/IEC 14496-12, 4.3)."""
    end = min(int.from_bytes(data[:4], "big"), len(data), _MOST_BRAND_BYTES)
    major = data[8:12].decode("latin-1")
    every = {major, *(data[at : at + 4].decode("latin-1") for at in range(16, end - 3, 4))}
    taken = (row for row in FORMATS if row.can_be_taken and not every.isdisjoint(row.brands))
    first = (row for row in FORMATS if major in row.brands)
    pictures = (
        row for row in FORMATS if row.media_type.startswith("image/") and not every.isdisjoint(row.brands)
    )
    return next(taken, None) or next(first, None) or next(pictures, None) or BY_NAME["VIDEO"]
