"""File names to save under: no program, no folder, no trick of writing, and always an extension."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.file_names import MAX_BYTES, MAX_CHARACTERS, file_name, numbered

EXTENSIONS = ("jpg", "png", "webp", "gif", "avif", "heic")


@pytest.mark.parametrize(
    ("name", "extension", "saved"),
    [
        ("beach.jpg", "jpg", "beach.jpg"),
        ("Été à la mer.JPEG", "jpg", "Été à la mer.JPEG"),
        ("e\u0301te\u0301.png", "png", "été.png"),
        ("نمی\u200cخواهم.png", "png", "نمی\u200cخواهم.png"),
        ("invoice.hta", "jpg", "invoice.hta.jpg"),
        ("photo.png", "jpg", "photo.png.jpg"),
        ("photo\u202egnp.exe", "png", "photognp.exe.png"),
        ("\u2066a\u2069\u200e\u200f\u061c.png", "png", "a.png"),
        ("a\u200b\ufeff.png", "png", "a.png"),
        ("../../etc/passwd", "png", "_.._etc_passwd.png"),
        ("C:\\x.jpg", "jpg", "C__x.jpg"),
        ("a\r\nb\0.jpg", "jpg", "a__b_.jpg"),
        ("photo.jpg.", "jpg", "photo.jpg"),
        ("photo.jpg ", "jpg", "photo.jpg"),
        (".htaccess", "jpg", "htaccess.jpg"),
        ("...", "gif", "image.gif"),
        ("", "gif", "image.gif"),
        ("NUL", "gif", "_NUL.gif"),
        ("com1.tar.gif", "gif", "_com1.tar.gif"),
        ("console.gif", "gif", "console.gif"),
        ("a\ud800b.gif", "gif", "a_b.gif"),
        ("page.hta", "hta", "page.hta.bin"),
        ("a.tar.gz", "", "a.tar.gz"),
        ("README", "", "README"),
    ],
    ids=ascii,
)
def test_a_name_says_what_the_file_is(name: str, extension: str, saved: str) -> None:
    assert file_name(name, extension) == saved


@given(st.text(st.characters(), max_size=400), st.sampled_from(EXTENSIONS))
def test_any_text_makes_a_name_that_fits(name: str, extension: str) -> None:
    found = file_name(name, extension)
    again = numbered(found, 100)
    for one in (found, again):
        assert one.lower().endswith((f".{extension}", ".jpeg" if extension == "jpg" else ".heif"))
        assert len(one) <= MAX_CHARACTERS
        assert len(one.encode()) <= MAX_BYTES
        assert not set(one) & set('<>:"/\\|?*')
        assert not one.startswith((".", " "))
        assert all(c in "\u200c\u200d" or unicodedata.category(c)[0] not in "CZ" or c == " " for c in one)
    assert again.rpartition(".")[0].endswith(" (100)")
    assert file_name(found, extension) == found


@pytest.mark.parametrize("letter", ["n", "é", "東", "😀"])
def test_a_long_name_keeps_its_extension(letter: str) -> None:
    for extension in ("png", ""):
        found = file_name(f"{letter * 400}.png", extension)
        assert found.endswith(f"{letter}.png")
        assert len(found) > MAX_BYTES // 5
