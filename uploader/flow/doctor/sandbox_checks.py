"""Whether the process that decodes what strangers send is shut off from this machine."""

from typing import Final

from uploader.flow.doctor.check_result import CheckResult
from uploader.images import sandbox

GROUP: Final = "Image check"

_TITLE: Final = "Sandbox"
_WHY: Final = (
    "Images are decoded by libraries in which holes are found now and then. The process that does it has no "
    "credentials, and bounds on memory and time."
)


def examine() -> list[CheckResult]:
    """What a process of this machine can give up; tried in one of its own."""
    held = sandbox.probe()
    if "seccomp" in held:
        more = " (seccomp and Landlock)" if "landlock" in held else " (seccomp)"
        said = f"Images are decoded where no file, network or process can be reached{more}."
        return [CheckResult(GROUP, _TITLE, "good", said, _WHY)]
    if "landlock" in held:
        said = "Images are decoded where no file can be reached (Landlock), but this machine lacks seccomp."
    else:
        said = "This machine can shut the decoding of images off neither from its files nor from its network."
    cure = " Run it on Linux (x86_64 or arm64), in a container that allows seccomp filters."
    return [CheckResult(GROUP, _TITLE, "warn", said, _WHY + cure)]
