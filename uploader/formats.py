"""Every file format that people choose, one row each: how it is recognised, what it is called, what to do.

The only list of its kind: the check reads it, and whoever must know a file before it is sent gets it as data.
Signatures: https://mimesniff.spec.whatwg.org/, https://www.garykessler.net/library/file_sigs.html and, for
the brands of ISO base media files, https://mp4ra.org/registered-types/brands.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

HEAD_BYTES: Final = 4_096
"""As much of a file's beginning as is looked at for brands and texts."""

_SAVE: Final = "Save it as {target} first."


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
    """A format. Where it can be taken, `name` is Pillow's; HEIC's decoder is pi-heif."""

    name: str
    label: str
    plural: str
    """To go before `cannot be uploaded`."""
    media_type: str
    extensions: tuple[str, ...]
    """The first is the usual one."""
    signatures: tuple[Signature, ...] = ()
    """Any of them is enough."""
    brands: tuple[str, ...] = ()
    """Of files that begin with an `ftyp` box."""
    advice: str = _SAVE
    """What to do where it is not taken; `{target}` is a format that is."""
    can_be_taken: bool = False
    texts: tuple[str, ...] = ()
    """Any of them, in lower case, near the beginning is enough where no signature fits."""
    noun: str = "image"
    """What people call one of these."""
    needs_web_copy: bool = False
    """Whether most browsers cannot show it, so that a JPEG has to stand for it."""

    @property
    def extension(self) -> str:
        """The usual one, without a dot."""
        return self.extensions[0]


def _starts(*values: bytes, at: int = 0) -> tuple[Signature, ...]:
    return tuple((Mark(at, value),) for value in values)


def _both(start: bytes, at: int, value: bytes) -> tuple[Signature, ...]:
    return ((Mark(0, start), Mark(at, value)),)


_BITMAP_HEADERS: Final = (12, 16, 40, 52, 56, 64, 108, 124)
"""Lengths of the header behind a BMP's own. A text that begins with BM has no such number."""
_CAMERA: Final = "Export it as {target} from your camera or photo app first."
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
    name: str, label: str, plural: str, media_type: str, extensions: str, *rest: Any, **more: Any
) -> FileFormat:
    return FileFormat(name, label, plural, media_type, tuple(extensions.split()), *rest, **more)


_taken = partial(_row, can_be_taken=True)

# fmt: off
FORMATS: Final = (
    _taken("JPEG", "JPEG", "JPEG images", "image/jpeg", "jpg jpeg jpe jfif", _starts(b"\xff\xd8\xff"),
           noun="photo"),
    _taken("PNG", "PNG", "PNG images", "image/png", "png", _starts(b"\x89PNG\r\n\x1a\n")),
    _taken("WEBP", "WebP", "WebP images", "image/webp", "webp", _both(b"RIFF", 8, b"WEBP")),
    _taken("GIF", "GIF", "GIF images", "image/gif", "gif", _starts(b"GIF87a", b"GIF89a")),
    _taken("AVIF", "AVIF", "AVIF images", "image/avif", "avif", (), ("avif", "avis")),
    _taken("HEIC", "HEIC", "HEIC images", "image/heic", "heic heif", (), _HEIC_BRANDS, _CAMERA,
           noun="photo", needs_web_copy=True),
    _row("RAW", "camera RAW", "Camera RAW files", "image/x-raw", _RAW_EXTENSIONS,
         _starts(b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
         + _both(b"II*\0", 8, b"CR") + _both(b"II", 6, b"HEAPCCDR") + _both(b"II*\0", 8, b"IIII"),
         ("crx ",), _CAMERA),
    _row("TIFF", "TIFF", "TIFF images", "image/tiff", "tif tiff",
         _starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    _row("JXL", "JPEG XL", "JPEG XL images", "image/jxl", "jxl", _starts(b"\0\0\0\x0cJXL ", b"\xff\x0a")),
    _row("JP2", "JPEG 2000", "JPEG 2000 images", "image/jp2", "jp2 j2k",
         _starts(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")),
    _row("JXS", "JPEG XS", "JPEG XS images", "image/jxs", "jxs", _starts(b"\0\0\0\x0cJXS ")),
    _row("JXR", "JPEG XR", "JPEG XR images", "image/jxr", "jxr wdp", _starts(b"II\xbc")),
    _row("PSD", "PSD", "Photoshop documents", "image/vnd.adobe.photoshop", "psd psb", _starts(b"8BPS")),
    _row("XCF", "XCF", "GIMP documents", "image/x-xcf", "xcf", _starts(b"gimp xcf ")),
    _row("BMP", "BMP", "BMP images", "image/bmp", "bmp",
         tuple((Mark(0, b"BM"), Mark(14, size.to_bytes(4, "little"))) for size in _BITMAP_HEADERS)
         + _both(b"BM", 6, bytes(4))),
    _row("ICO", "icon", "Icons", "image/x-icon", "ico cur icns",
         _starts(b"\0\0\1\0", b"\0\0\2\0", b"icns")),
    _row("DDS", "DDS", "DDS textures", "image/vnd.ms-dds", "dds", _starts(b"DDS ")),
    _row("EXR", "OpenEXR", "OpenEXR images", "image/x-exr", "exr", _starts(b"v/1\x01")),
    _row("HDR", "Radiance", "Radiance HDR images", "image/vnd.radiance", "hdr", _starts(b"#?RADIANCE")),
    _row("QOI", "QOI", "QOI images", "image/qoi", "qoi", _starts(b"qoif")),
    _row("HEIF", "HEIF", "HEIC images coded in a way that browsers do not show", "image/heif",
         "heif hif avci", (), _HEIF_BRANDS, _CAMERA),
    _row("PDF", "PDF", "PDF documents", "application/pdf", "pdf", _starts(b"%PDF"), (), _DOCUMENT),
    _row("PS", "PostScript", "PostScript documents", "application/postscript", "ps eps",
         _starts(b"%!PS", b"\xc5\xd0\xd3\xc6"), (), _DOCUMENT),
    _row("OFFICE", "Office", "Office documents", "application/msword",
         "docx xlsx pptx doc xls ppt odt ods odp",
         tuple((Mark(0, b"PK\x03\x04"), Mark(30, name)) for name in _OFFICE_NAMES)
         + _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), (), _DOCUMENT),
    _row("ZIP", "ZIP", "ZIP archives", "application/zip", "zip epub",
         _starts(b"PK\x03\x04", b"PK\x05\x06"), (), _UNPACK),
    _row("ARCHIVE", "archive", "Archives", "application/x-compressed", "rar 7z gz xz bz2 zst",
         _starts(b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh",
                 b"\x28\xb5\x2f\xfd"), (), _UNPACK),
    _row("AUDIO", "audio", "Audio files", "audio/*", "m4a mp3 wav flac ogg aac aiff amr",
         _starts(b"ID3", b"fLaC", b"OggS", b"#!AMR", b"MThd")
         + _starts(b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"\xff\xfa")
         + _both(b"RIFF", 8, b"WAVE") + _both(b"FORM", 8, b"AIF"),
         ("M4A ", "M4B ", "M4P ", "F4A ", "F4B "), _PICTURE),
    _row("VIDEO", "video", "Videos", "video/*", "mp4 mov m4v webm mkv avi 3gp mpg wmv flv",
         _starts(b"\x1aE\xdf\xa3", b"FLV\x01", b"\0\0\1\xba", b"\0\0\1\xb3", b"0&\xb2u\x8ef\xcf\x11")
         + _starts(b"ftyp", b"moov", b"mdat", b"wide", at=4) + _both(b"RIFF", 8, b"AVI "), (), _STILL),
    _row("EXE", "program", "Programs", "application/x-msdownload", "exe",
         _starts(b"\x7fELF", b"\xcf\xfa\xed\xfe", b"MZ\x90\0"), (), _PICTURE),
    _row("SVG", "SVG", "SVG drawings", "image/svg+xml", "svg", (), (), "Export it as {target} first.",
         texts=("<svg",)),
    _row("HTML", "web page", "Web pages", "text/html", "html htm", (), (), "Download the picture itself.",
         texts=("<!doctype html", "<html", "<head", "<body")),
)
# fmt: on
"""Every format, those that can be taken first. The first row that fits is the file's."""

BY_NAME: Final = {row.name: row for row in FORMATS}
CHOICES: Final = tuple(row.name for row in FORMATS if row.can_be_taken)
"""What an operator may choose from, and what is taken unless they do."""
BY_MEDIA_TYPE: Final = {row.media_type: row for row in FORMATS}
BY_EXTENSION: Final = {extension: row for row in reversed(FORMATS) for extension in row.extensions}
"""By each extension; those that can be taken come first where two share one."""


def find(data: bytes) -> FileFormat | None:
    """The row whose signature or brand a file begins with, or whose text stands near the beginning."""
    if data[4:8] == b"ftyp":
        return _branded(data)
    fits = (
        row for row in FORMATS for signature in row.signatures if all(mark.fits(data) for mark in signature)
    )
    head = data[:HEAD_BYTES].lower().decode("latin-1")
    texts = (row for row in FORMATS if any(text in head for text in row.texts))
    return next(fits, None) or next(texts, None)


def _branded(data: bytes) -> FileFormat:
    """Any brand makes a picture; only the first one makes sound or RAW (ISO/IEC 14496-12, 4.3)."""
    end = min(int.from_bytes(data[:4], "big"), len(data), HEAD_BYTES)
    major = data[8:12].decode("latin-1")
    every = {major, *(data[at : at + 4].decode("latin-1") for at in range(16, end - 3, 4))}
    taken = (row for row in FORMATS if row.can_be_taken and not every.isdisjoint(row.brands))
    first = (row for row in FORMATS if major in row.brands)
    pictures = (
        row for row in FORMATS if row.media_type.startswith("image/") and not every.isdisjoint(row.brands)
    )
    return next(taken, None) or next(first, None) or next(pictures, None) or BY_NAME["VIDEO"]
