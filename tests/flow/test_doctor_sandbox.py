"""What the doctor says of the sandbox of the image check."""

import pytest

from uploader.flow.doctor import sandbox_checks
from uploader.images import sandbox


@pytest.mark.parametrize(
    ("held", "state", "said"),
    [
        (
            {"seccomp", "landlock"},
            "good",
            "no file, network or process can be reached (seccomp and Landlock)",
        ),
        ({"seccomp"}, "good", "can be reached (seccomp)"),
        ({"landlock"}, "warn", "this machine lacks seccomp"),
        (set(), "warn", "neither from its files nor from its network"),
    ],
)
def test_what_shuts_the_image_check_off_is_said(
    monkeypatch: pytest.MonkeyPatch, held: set[str], state: str, said: str
) -> None:
    monkeypatch.setattr(sandbox, "probe", lambda: frozenset(held))
    (found,) = sandbox_checks.examine()
    assert found.state == state
    assert said in found.sentence
