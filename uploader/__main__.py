"""The command line of whoever runs the app.

python -m uploader pass [WHO]        prints a pass for a script, good for 15 minutes
python -m uploader doctor [ORIGIN]   tries the bucket and says what is wrong; exits 0 or 1
python -m uploader reindex           rebuilds the index of duplicates and people; exits 0 or 1
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import groupby
from textwrap import indent
from typing import Final

from uploader.errors import UploaderError
from uploader.flow import doctor
from uploader.flow.app import open_application, signer_for
from uploader.flow.maintenance.reindex import Counts, reindex
from uploader.settings import Settings

_MARKS: Final = {"bad": "FAIL", "warn": "warn", "unknown": "?", "good": "ok"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 where it went well, 1 with one sentence on standard error where not."""
    parser = argparse.ArgumentParser(prog="python -m uploader")
    commands = parser.add_subparsers(required=True)
    mint = commands.add_parser("pass", help="print a pass for the upload routes, good for 15 minutes")
    mint.add_argument(
        "who", nargs="?", default="", help="whom the uploads are by, for example an e-mail address"
    )
    mint.set_defaults(run=_pass)
    ask = commands.add_parser("doctor", help="try the bucket for real and say what is wrong with it")
    ask.add_argument(
        "origin",
        nargs="?",
        default="",
        help="the page's own address, for example https://uploads.example.com",
    )
    ask.set_defaults(run=_doctor)
    reindexing = commands.add_parser("reindex", help="rebuild the index of duplicates and people")
    reindexing.set_defaults(run=_reindex)
    asked = parser.parse_args(arguments)
    try:
        return int(asked.run(Settings.load(), asked))
    except UploaderError as error:
        print(error, file=sys.stderr)
        return 1


def _pass(settings: Settings, asked: argparse.Namespace) -> int:
    print(signer_for(settings).mint_pass(asked.who, now=datetime.now(UTC)))
    return 0


def _doctor(settings: Settings, asked: argparse.Namespace) -> int:
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


def _reindex(settings: Settings, asked: argparse.Namespace) -> int:
    def tell(counts: Counts) -> None:
        if sys.stderr.isatty():
            print(f"\r{counts.images:,} images", end="", file=sys.stderr)

    with closing(open_application(settings)) as app:
        counts = reindex(app, now=datetime.now(UTC), tell=tell)
    print(f"{counts.images:,} images: {counts.written:,} entries written, {counts.dropped:,} dropped.")
    if counts.failed:
        print(f"{counts.failed:,} could not be looked at; run this again.", file=sys.stderr)
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
