"""Where the units of a coded picture end."""

import pytest

from uploader.images.heif import coded

DELIMITER, HEADER, FRAME = b"\x12\0", b"\x0a\x02ab", b"\x32\x81\x01" + b"f" * 129


@pytest.mark.parametrize(
    ("payload", "size"),
    [
        (DELIMITER + HEADER + FRAME, 138),
        (DELIMITER + HEADER + FRAME + b"PK\x03\x04", 138),
        (DELIMITER + b"\x0e\0\x02ab" + b"\xff", 7),
        (DELIMITER + b"\x30rest of all", 14),
        (DELIMITER + HEADER + FRAME[:-1], 6),
        (DELIMITER + b"\x32" + b"\xff" * 12, 2),
        (b"no units", 0),
        (b"", 0),
    ],
)
def test_av1(payload: bytes, size: int) -> None:
    assert coded.av1_end(payload) == size
    assert coded.end("av01", payload, b"") == (size or len(payload))


def test_hevc() -> None:
    configuration = bytes(21) + b"\xff"
    units = b"\0\0\0\x02ab" + b"\0\0\0\x01c"
    assert coded.end("hvc1", units + b"secret", configuration) == len(units)
    assert coded.end("hvc1", units + bytes(9), configuration) == len(units)
    assert coded.end("hvc1", b"\0\x02ab\0\x01cs", bytes(21) + b"\xfd") == 7
    assert coded.end("hvc1", units + b"secret", b"") == len(units) + 6
    assert coded.end("grid", bytes(8), configuration) == 8
