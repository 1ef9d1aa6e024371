"""Real HEIC files, decoded by pi-heif where it is installed. Nothing here stands in for a decoder.

Each is our own drawing of 96 x 64 pixels, encoded once with x265 by pillow-heif 1.8, with EXIF as of a phone:
place, serial number, date. They differ in their turn, which in this container is a property (`irot`, `imir`).
"""

import base64
import io
import struct

import pytest
from PIL import Image

from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images import Checker, containers, inspect
from uploader.images.check import check
from uploader.limits import Limits

pytest.importorskip("pi_heif")

FILES = {
    turn: base64.b64decode(text)
    for turn, text in (
        (
            1,
            "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAZdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA"
            "AAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABuwABAAAAAAAAALoAAgAAAAACdQABAAAAAAAAAQYAAAA4aWluZgAA"
            "AAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA1mlwcn"
            "AAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroC"
            "QGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2"
            "xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEE"
            "gQIDBAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAByG1kYXQAAAC2KAGvE4BoYs2HFNN/9ZqP/2ec8KPOwvqnj7"
            "RjTCHtfL6BuDffR82CAQzFvGT9iICc59RBYcCsBPadOTKaCXbhzauAxPEhsp16T2p15AQ9wTy+R69Eet+ACEgV0Bjy"
            "X4SdVz9eKxrDQm72lANnIG6C4Gz8ovgmkQmgBN7Z+9uCRY0gbCYwJ/FRk9i84BqLY0nc5AoitQjxwxXFya4JuXdL1W"
            "9P8ca7PlpdJUPyTxqFzgdldWGk+EAAAAAGRXhpZgAATU0AKgAAAAgABgEPAAIAAAAGAAAAVgEQAAIAAAAIAAAAXAES"
            "AAMAAAABAAEAAAEyAAIAAAAUAAAAZIdpAAQAAAABAAAAeIglAAQAAAABAAAAlgAAAABNYWtlcgBNb2RlbCA3ADIwMj"
            "Q6MDU6MDYgMDc6MDg6MDkAAAGkMQACAAAADAAAAIoAAAAAU0VSSUFMLTQ3MTEAAAQAAQACAAAAAk4AAAAAAgAFAAAA"
            "AwAAAMwAAwACAAAAAkUAAAAABAAFAAAAAwAAAOQAAAAAAAAANAAAAAEAAAAeAAAAAQAAAAAAAAABAAAADQAAAAEAAA"
            "AYAAAAAQAAAAAAAAAB",
        ),
        (
            2,
            "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA"
            "AAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABxQABAAAAAAAAALoAAgAAAAACfwABAAAAAAAAAQYAAAA4aWluZgAA"
            "AAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA4Glwcn"
            "AAAADAaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroC"
            "QGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2"
            "xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBwaXhpAAAAAAMICAgAAAAJaW1pcgEAAAAYaXBtYQAA"
            "AAAAAAABAAEFgQIDBIUAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAchtZGF0AAAAtigBrxOAaGLNhxTTf/Waj/"
            "9nnPCjzsL6p4+0Y0wh7Xy+gbg330fNggEMxbxk/YiAnOfUQWHArAT2nTkymgl24c2rgMTxIbKdek9qdeQEPcE8vkev"
            "RHrfgAhIFdAY8l+EnVc/Xisaw0Ju9pQDZyBuguBs/KL4JpEJoATe2fvbgkWNIGwmMCfxUZPYvOAai2NJ3OQKIrUI8c"
            "MVxcmuCbl3S9VvT/HGuz5aXSVD8k8ahc4HZXVhpPhAAAAABkV4aWYAAE1NACoAAAAIAAYBDwACAAAABgAAAFYBEAAC"
            "AAAACAAAAFwBEgADAAAAAQACAAABMgACAAAAFAAAAGSHaQAEAAAAAQAAAHiIJQAEAAAAAQAAAJYAAAAATWFrZXIATW"
            "9kZWwgNwAyMDI0OjA1OjA2IDA3OjA4OjA5AAABpDEAAgAAAAwAAACKAAAAAFNFUklBTC00NzExAAAEAAEAAgAAAAJO"
            "AAAAAAIABQAAAAMAAADMAAMAAgAAAAJFAAAAAAQABQAAAAMAAADkAAAAAAAAADQAAAABAAAAHgAAAAEAAAAAAAAAAQ"
            "AAAA0AAAABAAAAGAAAAAEAAAAAAAAAAQ==",
        ),
        (
            5,
            "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAattZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA"
            "AAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABzwABAAAAAAAAALoAAgAAAAACiQABAAAAAAAAAQYAAAA4aWluZgAA"
            "AAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA6mlwcn"
            "AAAADJaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroC"
            "QGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2"
            "xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBwaXhpAAAAAAMICAgAAAAJaXJvdAMAAAAJaW1pcgEA"
            "AAAZaXBtYQAAAAAAAAABAAEGgQIDBIWGAAAAGmlyZWYAAAAAAAAADmNkc2MAAgABAAEAAAHIbWRhdAAAALYoAa8TgG"
            "hizYcU03/1mo//Z5zwo87C+qePtGNMIe18voG4N99HzYIBDMW8ZP2IgJzn1EFhwKwE9p05MpoJduHNq4DE8SGynXpP"
            "anXkBD3BPL5Hr0R634AISBXQGPJfhJ1XP14rGsNCbvaUA2cgboLgbPyi+CaRCaAE3tn724JFjSBsJjAn8VGT2LzgGo"
            "tjSdzkCiK1CPHDFcXJrgm5d0vVb0/xxrs+Wl0lQ/JPGoXOB2V1YaT4QAAAAAZFeGlmAABNTQAqAAAACAAGAQ8AAgAA"
            "AAYAAABWARAAAgAAAAgAAABcARIAAwAAAAEABQAAATIAAgAAABQAAABkh2kABAAAAAEAAAB4iCUABAAAAAEAAACWAA"
            "AAAE1ha2VyAE1vZGVsIDcAMjAyNDowNTowNiAwNzowODowOQAAAaQxAAIAAAAMAAAAigAAAABTRVJJQUwtNDcxMQAA"
            "BAABAAIAAAACTgAAAAACAAUAAAADAAAAzAADAAIAAAACRQAAAAAEAAUAAAADAAAA5AAAAAAAAAA0AAAAAQAAAB4AAA"
            "ABAAAAAAAAAAEAAAANAAAAAQAAABgAAAABAAAAAAAAAAE=",
        ),
        (
            6,
            "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA"
            "AAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABxQABAAAAAAAAALoAAgAAAAACfwABAAAAAAAAAQYAAAA4aWluZgAA"
            "AAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA4Glwcn"
            "AAAADAaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroC"
            "QGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2"
            "xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBwaXhpAAAAAAMICAgAAAAJaXJvdAMAAAAYaXBtYQAA"
            "AAAAAAABAAEFgQIDBIUAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAchtZGF0AAAAtigBrxOAaGLNhxTTf/Waj/"
            "9nnPCjzsL6p4+0Y0wh7Xy+gbg330fNggEMxbxk/YiAnOfUQWHArAT2nTkymgl24c2rgMTxIbKdek9qdeQEPcE8vkev"
            "RHrfgAhIFdAY8l+EnVc/Xisaw0Ju9pQDZyBuguBs/KL4JpEJoATe2fvbgkWNIGwmMCfxUZPYvOAai2NJ3OQKIrUI8c"
            "MVxcmuCbl3S9VvT/HGuz5aXSVD8k8ahc4HZXVhpPhAAAAABkV4aWYAAE1NACoAAAAIAAYBDwACAAAABgAAAFYBEAAC"
            "AAAACAAAAFwBEgADAAAAAQAGAAABMgACAAAAFAAAAGSHaQAEAAAAAQAAAHiIJQAEAAAAAQAAAJYAAAAATWFrZXIATW"
            "9kZWwgNwAyMDI0OjA1OjA2IDA3OjA4OjA5AAABpDEAAgAAAAwAAACKAAAAAFNFUklBTC00NzExAAAEAAEAAgAAAAJO"
            "AAAAAAIABQAAAAMAAADMAAMAAgAAAAJFAAAAAAQABQAAAAMAAADkAAAAAAAAADQAAAABAAAAHgAAAAEAAAAAAAAAAQ"
            "AAAA0AAAABAAAAGAAAAAEAAAAAAAAAAQ==",
        ),
    )
}
YELLOW = {1: (3, 3), 2: (-4, 3), 5: (3, 3), 6: (-4, 3)}
"""Where the yellow corner is, once the picture is turned."""


@pytest.mark.parametrize("turn", FILES)
def test_a_heic_is_taken_and_turned_once(turn: int) -> None:
    checked = check(FILES[turn])
    facts = checked.facts
    size = (96, 64) if turn < 5 else (64, 96)
    assert (facts.format, facts.content_type, facts.extension) == ("HEIC", "image/heic", "heic")
    assert (facts.width_px, facts.height_px, facts.frames) == (*size, 1)
    assert (facts.size_bytes, len(facts.sha256)) == (len(FILES[turn]), 64)
    assert checked.camera == "Maker Model 7"
    with Image.open(io.BytesIO(checked.thumbnail), formats=["JPEG"]) as small:
        assert small.size == size
        x, y = YELLOW[turn]
        red, green, blue = small.getpixel((x % size[0], y))
        assert (red > 220, green > 220, blue < 60) == (True, True, True)


@pytest.mark.parametrize("turn", FILES)
def test_stripping_takes_what_is_private_and_no_pixel(turn: int) -> None:
    data = FILES[turn]
    checked = check(data, strip=True)
    assert checked.stripped is not None
    assert checked.removed == ("location", "camera", "dates")
    assert len(checked.stripped) < len(data) - 200
    assert b"SERIAL" in data
    assert not [secret for secret in (b"SERIAL", b"Maker", b"2024:05:06") if secret in checked.stripped]
    assert checked.facts == inspect(checked.stripped)
    assert (checked.thumbnail, checked.camera) == (check(data).thumbnail, "")


def test_an_exif_turn_beside_the_property_turns_nothing_twice() -> None:
    data = FILES[6]
    (block,) = (part for part in containers.walk(data, "HEIC", Limits()).parts if part.kind == "Exif")
    at = data.index(b"\x01\x12\0\x03\0\0\0\x01", block.start) + 9
    for value in (1, 3, 8):
        other = data[:at] + bytes((value,)) + data[at + 1 :]
        assert check(other).thumbnail == check(data).thumbnail


def test_every_truncation_is_refused() -> None:
    data = FILES[6]
    for size in range(len(data)):
        with pytest.raises(ImageRejected):
            check(data[:size])


def test_limits_and_children_hold() -> None:
    for limits, code in (
        (Limits(max_pixels=96 * 64 - 1), rejections.TOO_MANY_PIXELS),
        (Limits(max_side_px=95), rejections.SIDE_TOO_LONG),
        (Limits(max_bytes=800), rejections.TOO_LARGE),
    ):
        with pytest.raises(ImageRejected) as caught:
            check(FILES[1], limits)
        assert caught.value.code == code
    with Checker(Limits(), workers=1) as checker:
        assert checker.check(FILES[5], strip=True) == check(FILES[5], strip=True)


def test_what_follows_is_judged_and_cut() -> None:
    assert check(FILES[1] + b"\r\n", trim=True).stripped == FILES[1]
    with pytest.raises(ImageRejected) as caught:
        inspect(FILES[1] + b"<script>alert(1)</script>")
    assert caught.value.code == rejections.TRAILING_DATA


def test_nothing_is_carried_behind_the_picture_or_in_other_boxes() -> None:
    plain = check(FILES[6], strip=True).stripped or b""
    end = plain.rindex(b"mdat") - 4
    behind = plain[:end] + struct.pack(">I", len(plain) - end + 9) + plain[end + 4 :] + b"my secret"
    box = struct.pack(">I4s", 17, b"mpvd") + b"my secret"
    for data, words in ((behind, ("other details",)), (plain + box, ("a video",))):
        found = check(data, strip=True)
        assert (found.stripped, found.removed) == (plain, words)
