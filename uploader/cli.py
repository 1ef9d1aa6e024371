"""The command line of whoever runs the app: `uploader`, the same by `python -m uploader`.

uploader run [--port N] [--address A]   starts the dashboard
uploader doctor [ORIGIN]                tries the bucket and says what is wrong; exits 0 or 1
uploader setup [ORIGIN]                 plans, applies or undoes the bucket's settings; prints policies
uploader put, list, link, rm, token     work with images: see `command.image_commands`
uploader pass [WHO]                     prints a pass for a script, good for 15 minutes
uploader reindex                        rebuilds the index of duplicates and people; exits 0 or 1
uploader help [TOPIC]                   prints the handbook
"""

import argparse
import logging
import os
import runpy
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from textwrap import indent
from typing import Final

from uploader import handbook, setup_command
from uploader.command import image_commands
from uploader.errors import UploaderError
from uploader.flow import doctor
from uploader.flow.app import open_application
from uploader.flow.maintenance.reindex import Counts, reindex
from uploader.flow.opening import signer_for
from uploader.logs import configure_logs
from uploader.settings import Settings
from uploader.version import VERSION

STARTUP: Final = {
    "server.headless": "true",
    "server.maxMessageSize": "32",
    "browser.gatherUsageStats": "false",
}
"""Options that Streamlit reads before our code runs; `.streamlit/config.toml` says the same in a checkout."""

_MARKS: Final = {"bad": "FAIL", "warn": "warn", "unknown": "?", "good": "ok"}


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    made = argparse.ArgumentParser(prog="uploader", description="Put images into your own S3 bucket.")
    made.add_argument("--version", action="version", version=f"uploader {VERSION}")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    start = commands.add_parser(
        "run", help="start the dashboard; further options go to `streamlit run`", allow_abbrev=False
    )
    start.add_argument("--port", type=int, default=8501, help="where to listen (default: 8501)")
    start.add_argument(
        "--address", default="127.0.0.1", help="0.0.0.0 lets other machines in (default: 127.0.0.1)"
    )
    start.set_defaults(run=_run)
    ask = commands.add_parser("doctor", help="try the bucket for real and say what is wrong with it")
    ask.add_argument(
        "origin", nargs="?", default="", help="the page's own address, such as https://uploads.example.com"
    )
    ask.set_defaults(run=_doctor)
    setting_up = commands.add_parser(
        "setup", help="plan, apply or undo the bucket's settings; print policies"
    )
    setup_command.add_arguments(setting_up)
    mint = commands.add_parser("pass", help="print a pass for the upload routes, good for 15 minutes")
    mint.add_argument("who", nargs="?", default="", help="whom the uploads are by, such as me@example.com")
    mint.set_defaults(run=_pass)
    image_commands.add_commands(commands)
    reindexing = commands.add_parser("reindex", help="rebuild the index of duplicates and people")
    reindexing.set_defaults(run=_reindex)
    read = commands.add_parser("help", help="print the handbook")
    read.add_argument("topic", nargs="?", default="", help=f"one of {', '.join(handbook.TOPICS)}")
    read.set_defaults(run=_help)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 where it went well, 1 with one sentence on standard error where not."""
    made = parser()
    asked, further = made.parse_known_args(arguments)
    if further and asked.run is not _run:
        made.error(f"unrecognized arguments: {' '.join(further)}")
    asked.further = further
    configure_logs(logging.WARNING)  # what a command does is what it prints; the server sets its own
    try:
        return int(asked.run(asked))
    except UploaderError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # as shells have it: 128 and the signal
    except BrokenPipeError:  # `uploader list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(asked: argparse.Namespace) -> int:
    # found, not imported: Streamlit imports it, once its own options are read
    package = find_spec("uploader.asgi")
    entry = Path(str(package and package.origin)).with_name("dashboard.py")
    options = {**STARTUP, "server.address": asked.address, "server.port": asked.port}
    flags = [f"--{name}={value}" for name, value in options.items()]
    sys.argv = ["streamlit", "run", str(entry), *flags, *asked.further]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


def _help(asked: argparse.Namespace) -> int:
    if asked.topic:
        print(handbook.page(asked.topic).rstrip())
        return 0
    width = max(map(len, handbook.TOPICS))
    for topic in handbook.TOPICS:
        print(f"{topic:<{width}}  {handbook.title(topic)}")
    print("\nuploader help TOPIC prints one.")
    return 0


def _pass(asked: argparse.Namespace) -> int:
    print(signer_for(Settings.load()).mint_pass(asked.who, now=datetime.now(UTC)))
    return 0


def _doctor(asked: argparse.Namespace) -> int:
    settings = Settings.load()
    with closing(open_application(settings)) as app:
        origin = asked.origin.rstrip("/") or settings.public_origin or "http://localhost:8501"
        found = doctor.examine(app, origin=origin)
        print(f"{app.bucket_label}, for pages on {origin}")
    for group, findings in groupby(found, key=lambda one: one.group):
        print(f"\n{group}")
        for one in findings:
            print(f"  {_MARKS[one.state]:<5} {one.title}: {one.sentence}")
            if one.state in ("bad", "warn"):
                print(indent("\n".join(filter(None, (one.why, one.paste))), " " * 8))
    return 0 if doctor.all_passed(found) else 1


def _reindex(asked: argparse.Namespace) -> int:
    def tell(counts: Counts) -> None:
        if sys.stderr.isatty():
            print(f"\r{counts.images:,} images", end="", file=sys.stderr)

    with closing(open_application(Settings.load())) as app:
        counts = reindex(app, now=datetime.now(UTC), tell=tell)
    print(f"{counts.images:,} images: {counts.written:,} entries written, {counts.dropped:,} dropped.")
    if counts.copies:
        print(f"{counts.copies:,} web copies made.")
    if counts.failed:
        print(f"{counts.failed:,} could not be looked at; run this again.", file=sys.stderr)
    return 1 if counts.failed else 0
