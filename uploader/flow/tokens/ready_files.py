"""Ready files: what people paste or open in the tools they use, with address and token filled in.

A tool is a row. Each ends in the same request: `POST /api/images` with the token as its bearer.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Fill = Callable[[str, str], str]
"""The origin of this app and a token -> what to paste or save."""


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A tool. `file_name` is empty where its text is to be pasted; `language` is for its colours."""

    name: str
    steps: str
    """What to do with it, in Markdown."""
    fill: Fill
    language: str
    file_name: str = ""


def _json(content: Mapping[str, object]) -> str:
    return f"{json.dumps(content, indent=2)}\n"


def _sharex(origin: str, token: str) -> str:
    # https://getsharex.com/docs/custom-uploader
    return _json(
        {
            "Version": "14.1.0",
            "Name": "Image uploads",
            "DestinationType": "ImageUploader",
            "RequestMethod": "POST",
            "RequestURL": f"{origin}/api/images",
            "Headers": {"Authorization": f"Bearer {token}"},
            "Body": "MultipartFormData",
            "FileFormName": "file",
            "URL": "{json:url}",
            "ThumbnailURL": "{json:thumbnail_url}",
            "ErrorMessage": "{json:error.message}",
        }
    )


def _shortcut(origin: str, token: str) -> str:
    # https://support.apple.com/guide/shortcuts/request-your-first-api-apd58d46713f/ios
    return "\n".join(
        (
            f"URL: {origin}/api/images",
            "Method: POST",
            f"Header: Authorization = Bearer {token}",
            "Request Body: Form",
            "Form field: file (File) = Converted Image",
            "Dictionary value: url",
            "",
        )
    )


def _picgo(origin: str, token: str) -> str:
    # https://github.com/yuki-xin/picgo-plugin-web-uploader
    sent = {"Authorization": f"Bearer {token}"}
    web = {
        "url": f"{origin}/api/images",
        "paramName": "file",
        "jsonPath": "url",
        "customHeader": json.dumps(sent),
        "customBody": "",
    }
    return _json(
        {
            "picBed": {"current": "web-uploader", "uploader": "web-uploader", "web-uploader": web},
            "picgoPlugins": {"picgo-plugin-web-uploader": True},
        }
    )


def _typora(origin: str, token: str) -> str:
    # https://support.typora.io/Upload-Image/
    return f"env UPLOADER_URL={origin} UPLOADER_TOKEN={token} uploader put --format url\n"


def _github(origin: str, token: str) -> str:
    return f"""- name: Upload an image
  env:
    UPLOADER_TOKEN: ${{{{ secrets.UPLOADER_TOKEN }}}}
  run: |
    curl -sS --fail-with-body -H "Authorization: Bearer $UPLOADER_TOKEN" \\
      -F file=@screenshot.png {origin}/api/images | jq -r .markdown >> "$GITHUB_STEP_SUMMARY"
"""


def _curl(origin: str, token: str) -> str:
    header = f'-H "Authorization: Bearer {token}"'
    return f"curl -sS --fail-with-body {header} -F file=@photo.jpg {origin}/api/images\n"


def _command(origin: str, token: str) -> str:
    return f"export UPLOADER_URL={origin} UPLOADER_TOKEN={token}\nuploader put photo.jpg\n"


READY_FILES: Final = (
    ReadyFile(
        "Command", "Where this package is installed; see the handbook under *Command*.", _command, "sh"
    ),
    ReadyFile("curl", "Prints the image's addresses as JSON.", _curl, "sh"),
    ReadyFile(
        "ShareX",
        "Save the file and open it: ShareX then uploads here and copies the link.",
        _sharex,
        "json",
        "image-uploads.sxcu",
    ),
    ReadyFile(
        "iOS Shortcut",
        "In Shortcuts make one that takes images from the share sheet: *Convert Image* to JPEG, "
        "*Get Contents of URL* with what stands here, *Get Dictionary Value*, *Copy to Clipboard*.",
        _shortcut,
        "text",
    ),
    ReadyFile(
        "PicGo, PicList",
        "Install the plugin *web-uploader*, then put this into PicGo's configuration file "
        "(`~/.picgo/config.json` for PicGo-Core), or its values into the plugin's settings.",
        _picgo,
        "json",
        "config.json",
    ),
    ReadyFile(
        "Typora",
        "Under *Preferences, Image* choose *Custom Command* as the uploader, and paste this. "
        "It needs the command `uploader`, and works on macOS and Linux; elsewhere choose PicGo.",
        _typora,
        "sh",
    ),
    ReadyFile(
        "Obsidian",
        "Set PicGo-Core up with this file; then install the community plugin *Image auto upload* and "
        "choose *PicGo-Core* in its settings.",
        _picgo,
        "json",
        "config.json",
    ),
    ReadyFile(
        "GitHub Actions",
        "Keep the token as a secret of the repository named `UPLOADER_TOKEN`; this step reads it there.",
        _github,
        "yaml",
    ),
)
"""In the order in which the page offers them."""
