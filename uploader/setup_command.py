"""The command `uploader setup`: plans, applies and undoes the settings of the bucket, and prints policies.

uploader setup [ORIGIN]             shows what is to be changed, and changes nothing
uploader setup [ORIGIN] --apply     changes it; --undo takes it back
uploader setup --iam                prints the policy of the app's credentials; and so on, see `DOCUMENTS`
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from textwrap import indent
from typing import Final

from uploader.errors import SettingsInvalid
from uploader.flow.app import Application, open_application
from uploader.flow.provision import deployments, plan, policies
from uploader.settings import Settings

Document = Callable[[Application, str], str]

DOCUMENTS: Final[Mapping[str, tuple[str, Document]]] = {
    "iam": (
        "the least that the app's credentials need",
        lambda app, _: json.dumps(policies.iam_policy(app), indent=2),
    ),
    "setup-iam": (
        "what whoever runs --apply needs besides",
        lambda app, _: json.dumps(policies.setup_policy(app), indent=2),
    ),
    "bucket-policy": (
        "TLS, Signature Version 4 and no old signatures",
        lambda app, _: json.dumps(policies.bucket_policy(app), indent=2),
    ),
    "terraform": (
        "all of it for Terraform, as uploader.tf.json",
        lambda app, origin: deployments.terraform(app, origin=origin),
    ),
    "dockerfile": ("an image of this checkout", lambda app, _: deployments.dockerfile()),
    "compose": ("a service for Docker Compose", lambda app, _: deployments.compose(app)),
    "kubernetes": ("a Deployment and a Service", lambda app, _: deployments.kubernetes(app)),
}
"""What can be printed: its option, what it is, and how it is made for an app and the origin of its pages."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The options of `uploader setup`, of which one counts."""
    command.add_argument("origin", nargs="?", default="", help="the page's own address, https://…")
    choice = command.add_mutually_exclusive_group()
    choice.add_argument("--plan", dest="what", action="store_const", const="plan", help="only show (default)")
    choice.add_argument("--apply", dest="what", action="store_const", const="apply", help="change the bucket")
    choice.add_argument("--undo", dest="what", action="store_const", const="undo", help="take --apply back")
    for name, (said, _) in DOCUMENTS.items():
        choice.add_argument(f"--{name}", dest="what", action="store_const", const=name, help=f"print {said}")
    command.set_defaults(run=run, what="plan")


def run(asked: argparse.Namespace) -> int:
    """0 where all is as it should be or was changed, 1 where something could not be."""
    settings = Settings.load()
    origin = asked.origin.rstrip("/") or settings.public_origin or ""
    if not origin and asked.what in ("plan", "apply", "terraform"):
        raise SettingsInvalid(
            "The page's own address is not known, which the CORS rule names; "
            "give it, such as uploader setup https://uploads.example.com, or set UPLOADER_PUBLIC_ORIGIN."
        )
    with closing(open_application(settings)) as app:
        if asked.what in DOCUMENTS:
            print(DOCUMENTS[asked.what][1](app, origin).rstrip())
            return 0
        print(f"{app.bucket_label}{f', for pages on {origin}' if origin else ''}\n")
        if asked.what == "undo":
            return _settle(plan.make_undo_plan(app), lambda changes: plan.undo(app, changes), "Taken back")
        changes = plan.make_plan(app, origin=origin)
        if asked.what == "apply":
            return _settle(changes, lambda changes: plan.apply(app, changes), "Changed")
        _show(changes)
        if any(change.is_needed for change in changes):
            print("\nNothing was changed; add --apply to do so.")
        return 0


def _show(changes: Sequence[plan.Change]) -> None:
    for change in changes:
        if change.hindrance:
            print(f"?     {change.setting.name}: {change.hindrance}")
        elif change.is_needed:
            print(f"diff  {change.setting.name}:\n{indent(change.diff(), ' ' * 6)}")
        else:
            print(f"ok    {change.setting.name}: as it should be")


def _settle(
    changes: Sequence[plan.Change], act: Callable[[Sequence[plan.Change]], Sequence[plan.Change]], done: str
) -> int:
    _show(changes)
    made = act(changes)
    failed = [change for change in made if change.hindrance]
    names = [change.setting.name for change in made if not change.hindrance]
    print(f"\n{done}: {', '.join(names) or 'nothing'}.")
    for change in failed:
        print(f"{change.setting.name} was not: {change.hindrance}", file=sys.stderr)
    return 1 if failed else 0
