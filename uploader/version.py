"""The version of the installed package, as the page, the health route, the log and the command say it."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("uploader")
