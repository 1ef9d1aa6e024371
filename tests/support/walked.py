"""What the tests of all containers share: a walk, a refusal, a picture of each format."""

import pytest

from tests.support import pictures
from uploader.errors import ImageRejected
from uploader.images import containers
from uploader.limits import Limits

SAMPLES = {name: pictures.picture(name) for name in pictures.FORMATS}


def walk(data: bytes, limits: Limits | None = None) -> containers.Walk:
    limits = limits or Limits()
    return containers.walk(data, containers.sniff(data, limits), limits)


def refused(data: bytes, limits: Limits | None = None) -> ImageRejected:
    with pytest.raises(ImageRejected) as caught:
        walk(data, limits)
    return caught.value
