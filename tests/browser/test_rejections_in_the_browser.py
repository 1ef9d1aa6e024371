"""The browser knows the same files by their first bytes as the server, and refuses them in the same words."""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.support import pictures
from tests.support.foreign_files import FILES
from uploader.errors import ImageRejected
from uploader.images import containers, foreign_formats
from uploader.images.check import weigh
from uploader.limits import Limits, size_label
from uploader.ui.components.uploader.file_rules import file_rules

MODULES = Path(__file__).parents[2] / "uploader" / "ui" / "components" / "uploader"
ORIGIN = "http://modules.test"


def brands(*names: bytes) -> bytes:
    return pictures.box(b"ftyp", names[0] + bytes(4) + b"".join(names))


HEADS = [
    *(pictures.picture(name) for name in ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "ICO")),
    *(data for data, _ in FILES.values()),
    brands(b"avif", b"mif1", b"heic"),
    brands(b"heic", b"avif"),
    brands(b"mif1", b"heic"),
    brands(b"mif1", b"avis"),
    brands(b"isom", b"avif"),
    brands(b"isom", b"M4A "),
    brands(b"isom", b"heix"),
    brands(*[b"mp41"] * 40, b"avif"),
    pictures.box(b"ftyp", b"mif1\0\0\0\0") + b"avif",
    b"BM",
    b"BMW is a car maker, and this is a text about it.",
    b"II*\0",
    b"MM\0*\0\0\0\x08",
    b"II*\0\xff\xff\xff\xff" + bytes(40),
    b"",
    b"x",
    b"Dear Ada,\nno image here",
    bytes(200),
    "Müller, größer, naïve".encode(),
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"<!-- a comment --><HTML><body>",
    b" " * 4_090 + b"<html>",
    b"<Error><Code>AccessDenied</Code></Error>",
    b"\xef\xbb\xbf<?xml version='1.0'?>\n<Error><Message>x</Message></Error>",
    b"<Errors/>",
    b"<html><head><title> 403  Forbidden</title></head></html>",
    b"<!DOCTYPE html>\n<title>Page Not Found</title>",
    b"<title>A holiday</title><body>",
    b'{"error": "unauthorized", "status": 401}',
    b'{"Message": "Missing <b>token</b>"}',
    b'{"error": {"code": 3}}',
    b'{"name": "Ada"}',
    b'{"error": NaN}',
    b'{"error": "broken',
    b'{"error": "\xff"}',
    b"\xff\xd8\xff",
    b"\xff\xd8",
    b"RIFF\0\0\0\0WEB",
    b"PK\x03\x04",
    b"%!PS-Adobe",
    b"MZ\x90\0",
    b"ID3\4",
    pictures.picture("PNG") + bytes(70_000),
]
SMALL = Limits(max_bytes=60_000)
CHOICES = {
    "all": SMALL,
    "PNG and GIF": Limits(max_bytes=60_000, formats=("PNG", "GIF")),
    "JPEG and HEIC": Limits(max_bytes=60_000, formats=("JPEG", "HEIC")),
}


@pytest.fixture
def module(page: Page) -> Page:
    """A page of an origin that serves the uploader's modules."""

    def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if not name:
            return route.fulfill(body="<!doctype html>", content_type="text/html")
        return route.fulfill(body=(MODULES / name).read_text("utf-8"), content_type="text/javascript")

    page.route(f"{ORIGIN}/**", serve)
    page.goto(f"{ORIGIN}/")
    return page


def expected(data: bytes, limits: Limits) -> list[str]:
    """The kind and the sentence by the server's own check."""
    found = foreign_formats.find(data)
    try:
        weigh(len(data), limits)
        containers.sniff(data, limits)
    except ImageRejected as error:
        return [found.name if found else "", str(error)]
    return [found.name if found else "", ""]


def in_browser(module: Page, heads: list[bytes], limits: Limits) -> Any:
    script = """async ([heads, rules]) => {
      const { judgeFile } = await import("/rejection.js");
      const judged = heads.map(async (head) => {
        const file = new Blob([Uint8Array.from(atob(head), (byte) => byte.charCodeAt(0))]);
        const { name, rejection } = await judgeFile(file, rules);
        return [name, rejection];
      });
      return Promise.all(judged);
    }"""
    return module.evaluate(script, [[base64.b64encode(head).decode() for head in heads], file_rules(limits)])


@pytest.mark.parametrize("choice", CHOICES)
def test_both_sides_say_the_same(module: Page, choice: str) -> None:
    limits = CHOICES[choice]
    found = in_browser(module, HEADS, limits)
    assert len(HEADS) > 60
    for head, seen in zip(HEADS, found, strict=True):
        assert seen == expected(head, limits), head[:60]


def test_sizes_read_the_same(module: Page) -> None:
    sizes = [0, 1, 1023, 1024, 1075, 1076, 1280, 1331, 1_048_525, 1_048_576, 26_528_973, 2**30 - 1, 5 * 2**40]
    script = '(sizes) => import("/size_label.js").then(({ sizeLabel }) => sizes.map(sizeLabel))'
    assert module.evaluate(script, sizes) == [size_label(size) for size in sizes]


@pytest.mark.parametrize("size_bytes", [60_001, 62_000, 2**20])
def test_too_large_reads_the_same(module: Page, size_bytes: int) -> None:
    data = pictures.picture("PNG").ljust(size_bytes, b"\0")
    assert in_browser(module, [data], SMALL) == [expected(data, SMALL)]
