"""The command line: `python -m uploader pass [WHO]` prints a pass for a script, good for 15 minutes."""

import argparse
import sys
from datetime import UTC, datetime

from uploader.errors import UploaderError
from uploader.flow.application import signer_for
from uploader.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 where it went well, 1 with one sentence on standard error where not."""
    parser = argparse.ArgumentParser(prog="python -m uploader")
    commands = parser.add_subparsers(dest="command", required=True)
    mint = commands.add_parser("pass", help="print a pass for the upload routes, good for 15 minutes")
    mint.add_argument(
        "who", nargs="?", default="", help="whom the uploads are by, for example an e-mail address"
    )
    asked = parser.parse_args(arguments)
    try:
        print(signer_for(Settings.load()).mint_pass(asked.who, now=datetime.now(UTC)))
    except UploaderError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
