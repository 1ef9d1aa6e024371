"""The ready files, each used as its tool uses it, against the real routes on a port of this machine."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.flow import AtOnce
from tests.support.routes_server import routes_server
from tests.support.sample_image import picture
from uploader import handbook
from uploader.flow.app import Application, open_application
from uploader.flow.tokens.ready_files import READY_FILES
from uploader.people import Person, Role
from uploader.settings import Settings

ADA = Person("https://id.example#ada", "ada@example.com", "ada@example.com", "", Role.UPLOADER)
COMMANDS = Path(sys.executable).parent
"""Where the command of this environment lies."""
ROWS = {tool.name: tool for tool in READY_FILES}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    opened = open_application(Settings.load(local_dir=tmp_path_factory.mktemp("tools")))
    opened.uploads.background = AtOnce()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def origin(app: Application) -> Iterator[str]:
    with routes_server(app) as origin:
        yield origin


@pytest.fixture(scope="module")
def token(app: Application) -> str:
    return app.tokens.make(ADA, "tools", ["upload"], life_days=1)[0]


def dug(found: Any, path: str) -> str:
    """The value at a dotted path, as these tools write it."""
    for name in path.split("."):
        found = found[name]
    return str(found)


def sharex(text: str, token: str, data: bytes, folder: Path) -> str:
    """Posts a form, and fills `{json:path}` from the answer."""
    kept = json.loads(text)
    assert (kept["RequestMethod"], kept["Body"]) == ("POST", "MultipartFormData")
    sent = {kept["FileFormName"]: ("Screenshot 1.png", data, "image/png")}
    answer = requests.post(kept["RequestURL"], headers=kept["Headers"], files=sent, timeout=30).json()
    dug(answer, re.fullmatch(r"\{json:(.+)\}", kept["ThumbnailURL"])[1])  # type: ignore[index]
    refused = requests.post(kept["RequestURL"], headers=kept["Headers"], files={}, timeout=30).json()
    assert dug(refused, re.fullmatch(r"\{json:(.+)\}", kept["ErrorMessage"])[1])  # type: ignore[index]
    return dug(answer, re.fullmatch(r"\{json:(.+)\}", kept["URL"])[1])  # type: ignore[index]


def shortcut(text: str, token: str, data: bytes, folder: Path) -> str:
    """Posts a form with a file field, and takes a value of the dictionary."""
    kept = dict(line.split(": ", 1) for line in text.splitlines())
    name, value = kept["Header"].split(" = ")
    field = kept["Form field"].partition(" ")[0]
    sent = {field: ("IMG_0001.jpeg", data, "image/jpeg")}
    answer = requests.request(kept["Method"], kept["URL"], headers={name: value}, files=sent, timeout=30)
    return str(answer.json()[kept["Dictionary value"]])


def picgo(text: str, token: str, data: bytes, folder: Path) -> str:
    """The plugin merges the header, which is JSON in a text, and posts one field."""
    kept = json.loads(text)
    assert kept["picgoPlugins"] == {f"picgo-plugin-{kept['picBed']['uploader']}": True}
    web = kept["picBed"][kept["picBed"]["uploader"]]
    headers = {"User-Agent": "PicGo", **json.loads(web["customHeader"])}
    answer = requests.post(
        web["url"], headers=headers, files={web["paramName"]: ("202601010101.png", data)}, timeout=30
    )
    return dug(answer.json(), web["jsonPath"])


def shell(text: str, token: str, data: bytes, folder: Path, **variables: str) -> str:
    """Runs it in a folder with the file that it names."""
    name = re.search(r"[\w-]+\.(?:jpg|png)", text)
    assert name
    (folder / name[0]).write_bytes(data)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **variables}
    done = subprocess.run(["bash", "-e", "-c", text], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def curl(text: str, token: str, data: bytes, folder: Path) -> str:
    return str(json.loads(shell(text, token, data, folder))["url"])


def github(text: str, token: str, data: bytes, folder: Path) -> str:
    """The runner puts the secret into the environment and gives a file for the summary."""
    [step] = yaml.safe_load(text)
    assert step["env"] == {"UPLOADER_TOKEN": "${{ secrets.UPLOADER_TOKEN }}"}
    summary = folder / "summary.md"
    shell(step["run"], token, data, folder, UPLOADER_TOKEN=token, GITHUB_STEP_SUMMARY=str(summary))
    return re.fullmatch(r"!\[.+\]\((.+)\)\n", summary.read_text("utf-8"))[1]  # type: ignore[index]


def command(text: str, token: str, data: bytes, folder: Path) -> str:
    """A shell that has the command on its path."""
    return shell(text, token, data, folder, PATH=f"{COMMANDS}:/usr/bin:/bin").strip()


def typora(text: str, token: str, data: bytes, folder: Path) -> str:
    """The editor adds the paths of the files and takes as many lines from the end."""
    return command(f"{text.strip()} '{folder}/image.png'", token, data, folder).splitlines()[-1]


TOOLS: dict[str, Callable[[str, str, bytes, Path], str]] = {
    "Command": command,
    "curl": curl,
    "ShareX": sharex,
    "iOS Shortcut": shortcut,
    "PicGo, PicList": picgo,
    "Typora": typora,
    "Obsidian": picgo,
    "GitHub Actions": github,
}


@pytest.mark.parametrize("name", ROWS)
def test_the_tool_uploads_and_gets_the_address(
    name: str, app: Application, origin: str, token: str, tmp_path: Path
) -> None:
    if name in ("curl", "GitHub Actions") and not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("not installed here: curl, jq")
    data = picture(color=f"#00{list(ROWS).index(name) + 1:02x}ff", format="PNG")
    url = TOOLS[name](ROWS[name].fill(origin, token), token, data, tmp_path)
    stored = app.gallery.image(app.permanent.find(url.rpartition("/")[2]))
    assert (url, stored.format, stored.who) == (f"{origin}{app.permanent.path(stored.key)}", "PNG", ADA.label)


def test_every_tool_is_used_and_described() -> None:
    assert set(TOOLS) == set(ROWS)
    assert re.findall(r"^\| ([^|-]+) \|", handbook.page("tools"), re.MULTILINE)[1:] == list(ROWS)
