"""When a picture was taken; nonsense tells nothing."""

import pytest
from PIL import Image

from tests.support import pictures
from uploader.images import Checker
from uploader.images.check import check
from uploader.images.taken import taken
from uploader.limits import Limits


def block(**tags: str) -> bytes:
    made = Image.Exif()
    made[0x0132] = "2025:01:01 00:00:00"  # of the last change: nobody asks for it
    inner = made.get_ifd(0x8769)
    for name, value in tags.items():
        inner[{"taken": 0x9003, "digitized": 0x9004, "zone": 0x9011, "other_zone": 0x9012}[name]] = value
    return made.tobytes()


@pytest.mark.parametrize(
    ("tags", "moment"),
    [
        ({"taken": "2024:05:06 07:08:09"}, "2024-05-06T07:08:09"),
        ({"taken": "2024:05:06 07:08:09", "zone": "+02:00"}, "2024-05-06T07:08:09+02:00"),
        ({"taken": "2024:05:06 07:08:09", "zone": "Berlin"}, "2024-05-06T07:08:09"),
        ({"taken": "0000:00:00 00:00:00", "digitized": "2023:05:06 07:08:09"}, "2023-05-06T07:08:09"),
        ({"digitized": "2023:05:06 07:08:09", "other_zone": "-11:30"}, "2023-05-06T07:08:09-11:30"),
        ({"taken": "2024:13:06 07:08:09"}, ""),
        ({"taken": "<script>"}, ""),
        ({}, ""),
    ],
)
def test_the_moment(tags: dict[str, str], moment: str) -> None:
    assert taken([block(**tags)]) == moment
    assert taken([b"broken", block(**tags)]) == moment


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_it_is_told_though_it_is_stripped(name: str) -> None:
    data = pictures.picture(name, exif=block(taken="2024:05:06 07:08:09"))
    with Checker(Limits(), workers=1) as checker:
        checked = checker.check(data, strip=True)
    assert checked.taken == check(data).taken == "2024-05-06T07:08:09"
    assert checked.stripped is not None
    assert b"2024" not in checked.stripped
    assert check(checked.stripped).taken == ""
