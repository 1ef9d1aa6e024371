"""How files of many kinds begin, each with the name of its row in the table of formats."""

import struct

from tests.support import pictures


def tiff(order: str, *tags: tuple[int, int, int, int]) -> bytes:
    """A TIFF of one directory: number, type, count and value of each tag."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    rows = b"".join(
        struct.pack(f"{order}HHI", number, kind, count)
        + (struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value))
        for number, kind, count, value in sorted(tags)
    )
    return mark + struct.pack(f"{order}IH", 8, len(tags)) + rows + bytes(4) + b"NIKON CORPORATION\0"


MAKE = (271, 2, 18, 26)
FILES = {
    "cr2": (b"II*\0\x10\0\0\0CR\2\0", "RAW"),
    "cr3": (pictures.box(b"ftyp", b"crx \0\0\0\1crx isom"), "RAW"),
    "raf": (b"FUJIFILMCCD-RAW 0201", "RAW"),
    "orf": (b"IIRO\x08\0\0\0", "RAW"),
    "rw2": (b"IIU\0\x18\0\0\0", "RAW"),
    "nef": (tiff(">", MAKE, (254, 4, 1, 1), (273, 4, 1, 9)), "RAW"),
    "arw": (tiff("<", MAKE, (330, 4, 1, 99), (273, 4, 1, 9)), "RAW"),
    "pef": (tiff(">", MAKE, (262, 3, 1, 32803), (273, 4, 1, 9)), "RAW"),
    "dng": (tiff("<", (50706, 1, 4, 1), (273, 4, 1, 9)), "RAW"),
    "tif": (tiff("<", MAKE, (273, 4, 1, 9)), "TIFF"),
    "tif of Pillow": (pictures.picture("TIFF"), "TIFF"),
    "jxl bare": (b"\xff\x0a\xfa\x1f", "JXL"),
    "jxl boxed": (b"\0\0\0\x0cJXL \r\n\x87\n", "JXL"),
    "jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "JP2"),
    "psd": (b"8BPS\0\1", "PSD"),
    "bmp": (pictures.picture("BMP"), "BMP"),
    "ico": (pictures.picture("ICO"), "ICO"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "html": (b"<!DOCTYPE html><html><body>hello</body></html>", "HTML"),
    "m4a": (pictures.box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom"), "AUDIO"),
    "mp3": (b"ID3\4\0\0", "AUDIO"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt ", "AUDIO"),
    "mp4": (pictures.box(b"ftyp", b"isom\0\0\2\0isommp42"), "VIDEO"),
    "m4v": (pictures.box(b"ftyp", b"M4V \0\0\0\0M4V M4A mp42"), "VIDEO"),
    "mov": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "VIDEO"),
    "webm": (b"\x1aE\xdf\xa3\x01", "VIDEO"),
    "avi": (b"RIFF\x24\0\0\0AVI LIST", "VIDEO"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "docx": (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "OFFICE"),
    "odt": (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text", "OFFICE"),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OFFICE"),
    "zip": (b"PK\x03\x04" + bytes(26) + b"photo.jpg", "ZIP"),
    "heif of another coder": (pictures.box(b"ftyp", b"mif1\0\0\0\0mif1jpeg"), "HEIF"),
    "avci": (pictures.box(b"ftyp", b"avci\0\0\0\0mif1avci"), "HEIF"),
}
