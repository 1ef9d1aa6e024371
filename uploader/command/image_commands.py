"""The commands that work with images: their arguments, and what they print.

uploader put FILE…        stores files, prints their addresses
uploader list [WORD…]     lists what is stored, the newest first
uploader link IMAGE…      prints the address of images
uploader rm IMAGE…        deletes images
uploader token NAME       prints a new access token of the operator's
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

from uploader import link_formats
from uploader.command import clipboard
from uploader.command.file_choice import choose
from uploader.command.image_store import Image, image_id, image_store
from uploader.command.put_files import put_files
from uploader.errors import UploaderError
from uploader.flow.app import open_application
from uploader.flow.tokens import SCOPES
from uploader.limits import size_label
from uploader.people import script
from uploader.settings import Settings

FORMATS: Final = (*link_formats.FORMATS, "json")
_AT_ONCE: Final = 4
_LISTED: Final = 24
_LIFE_DAYS: Final = 90


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds them to the command line."""
    storing = _command(commands, "put", _put, "store images; print their addresses")
    storing.add_argument("files", nargs="+", metavar="FILE", help="a file, a folder or a pattern")
    storing.add_argument("--format", choices=FORMATS, default="url", help="what is printed (default: url)")
    storing.add_argument("--clipboard", action="store_true", help="copy it too")
    storing.add_argument("--again", action="store_true", help="store what is there already once more")
    storing.add_argument("--jobs", type=int, choices=range(1, 17), default=_AT_ONCE, metavar="N",
                         help=f"files at a time (default: {_AT_ONCE})")  # fmt: skip
    listing = _command(commands, "list", _list, "list images, the newest first")
    listing.add_argument("words", nargs="*", metavar="WORD", help="a word of the name")
    listing.add_argument("--who", default="", help="uploaded by this person")
    listing.add_argument("--limit", type=int, default=_LISTED, help=f"at most so many (default: {_LISTED})")
    listing.add_argument("--format", choices=("text", *FORMATS), default="text", help="(default: text)")
    linking = _command(commands, "link", _link, "print the address of images")
    linking.add_argument("images", nargs="+", metavar="IMAGE", help="the id or the address of an image")
    linking.add_argument("--format", choices=FORMATS, default="url", help="(default: url)")
    linking.add_argument("--clipboard", action="store_true", help="copy it too")
    deleting = _command(commands, "rm", _rm, "delete images")
    deleting.add_argument("images", nargs="+", metavar="IMAGE", help="the id or the address of an image")
    deleting.add_argument("--yes", action="store_true", help="do not ask")
    minting = _command(commands, "token", _token, "print a new access token for another program")
    minting.add_argument("name", help="what it is for; its images are by this name")
    minting.add_argument("--may", default="upload", help=f"some of {','.join(SCOPES)} (default: upload)")
    minting.add_argument("--days", type=int, default=_LIFE_DAYS, help=f"its life (default: {_LIFE_DAYS})")


def _command(commands: Any, name: str, run: Any, help_text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=help_text)
    made.set_defaults(run=run)
    return made


def _put(asked: argparse.Namespace) -> int:
    printed: list[str] = []
    refused = there = 0
    with image_store() as store:
        for done in put_files(store, choose(asked.files), again=asked.again, at_once=asked.jobs):
            if done.image is None:
                refused += 1
                print(f"{done.choice.path}: {done.sentence}", file=sys.stderr)
                continue
            there += not done.image["is_new"]
            printed.append(_written(done.image, asked.format))
            print(printed[-1], flush=True)
    if there and sys.stderr.isatty():
        print(f"{there:,} of {len(printed):,} were there already.", file=sys.stderr)
    if asked.clipboard and printed:
        clipboard.copy("\n".join(printed))
    return 1 if refused else 0


def _list(asked: argparse.Namespace) -> int:
    with image_store() as store:
        for image in store.list(" ".join(asked.words), asked.who, asked.limit):
            print(_line(image) if asked.format == "text" else _written(image, asked.format))
    return 0


def _link(asked: argparse.Namespace) -> int:
    with image_store() as store:
        printed = [_written(store.show(image_id(one)), asked.format) for one in asked.images]
    print("\n".join(printed))
    if asked.clipboard:
        clipboard.copy("\n".join(printed))
    return 0


def _rm(asked: argparse.Namespace) -> int:
    if not (asked.yes or _agreed(asked.images)):
        print("Nothing was deleted.", file=sys.stderr)
        return 1
    refused = 0
    with image_store() as store:
        for one in asked.images:
            try:
                store.delete(image_id(one))
                print(f"{one}: deleted")
            except UploaderError as error:
                refused += 1
                print(f"{one}: {error}", file=sys.stderr)
    return 1 if refused else 0


def _token(asked: argparse.Namespace) -> int:
    scopes = [scope.strip() for scope in asked.may.split(",")]
    with closing(open_application(Settings.load())) as app:
        print(app.tokens.make(script(asked.name), asked.name, scopes, life_days=asked.days)[0])
    return 0


def _agreed(images: Sequence[str]) -> bool:
    """Whether a person at a terminal says yes; nobody else is asked, and --yes is needed."""
    if not sys.stdin.isatty():
        raise UploaderError("Deleting cannot be undone here; say --yes.")
    return input(f"Delete {len(images):,} image{'s' * (len(images) != 1)}? [y/N] ").strip().lower() == "y"


def _written(image: Image, format_name: str) -> str:
    return json.dumps(image) if format_name == "json" else str(image[format_name])


def _line(image: Image) -> str:
    return f"{image['id']}  {image['uploaded_at']}  {size_label(image['size_bytes']):>9}  {image['name']}"
