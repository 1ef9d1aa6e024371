"""Streamlit's own server, set as tight as this app needs it, however it is started."""

from math import ceil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import streamlit as st
from streamlit import config

from uploader.errors import SettingsInvalid
from uploader.limits import MIB
from uploader.setting_values import origin_of
from uploader.settings import Settings

LOOPBACK: Final = ("localhost", "*.localhost", "127.0.0.1", "::1")
DEFAULTS: Final = {
    "runner.postScriptGC": False,  # a full collection after every rerun costs about 60 ms with boto3 loaded
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",  # details go to the log
    "theme.paddingTop": "1rem",  # counted below the header of 60 px
    "theme.headingFontSizes": ["2rem", "1.5rem", "1.25rem", "1.125rem", "1rem", "0.875rem"],
    "theme.light.primaryColor": "#0b66d8",
    "theme.dark.primaryColor": "#4c9dff",
}
"""Streamlit's options where whoever runs the app sets none of their own, from a wheel as in a checkout."""


def tighten() -> None:
    """Sets Streamlit's options by ours, now and whenever a changed config.toml is read again.

    https://docs.streamlit.io/develop/api-reference/configuration/config.toml
    """
    config.on_config_parsed(_set_options, force_connect=True)
    config.get_option("server.port")  # reads the files, if nothing has yet
    _set_options()


def hosts() -> tuple[str, ...]:
    """The names under which this page may be asked for; `*` stands for any, `*.` for all below a name.

    A page of a stranger whose name leads to this machine (DNS rebinding) comes with a name of its own. Where
    the settings are wrong any name is taken, since all that the page then does is to say so.
    """
    try:
        named = Settings.load().host_names
    except SettingsInvalid:
        return ("*",)
    return (*LOOPBACK, *named, *_sign_in_hosts(), *config.get_option("server.allowedHosts"))


def base_path() -> str:
    """Where the pages are on their host: empty, or with a slash before and none behind."""
    folder = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{folder}" if folder else ""


def address(origin: str, path: str) -> str:
    """The whole address of one of our routes, as it is handed on."""
    return urljoin(origin or str(st.context.url or ""), f"{base_path()}{path}")


def listens_on_loopback() -> bool:
    """Whether only this machine reaches the server; else people may also type an address in numbers."""
    return str(config.get_option("server.address")) in LOOPBACK


def _sign_in_hosts() -> tuple[str, ...]:
    """The host to which people come back after sign-in: the operator named it as one of the page's own."""
    try:
        address = str(st.secrets["auth"]["redirect_uri"])
        return tuple(filter(None, [urlsplit(address).hostname]))
    except (KeyError, OSError, TypeError, ValueError):  # no secrets, or wrong ones: the page says so
        return ()


def inline_scripts() -> tuple[str, ...]:
    """The scripts written into Streamlit's own page, which a Content-Security-Policy must name by hash."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    return tuple(part.partition("</script>")[0] for part in page.split("<script>")[1:])


def _set_options() -> None:
    try:
        settings = Settings.load()
    except SettingsInvalid:  # the page says what is wrong
        settings = Settings.model_construct()
    options: dict[str, Any] = {
        "server.maxUploadSize": ceil(settings.max_bytes / MIB),
        "client.allowedOrigins": [],  # no other page may drive this one by messages
        "browser.gatherUsageStats": False,
    }
    if listens_on_loopback():
        options["server.allowedHosts"] = list(dict.fromkeys(hosts()))
    if settings.public_origin and not config.get_option("server.corsAllowedOrigins"):
        options["server.corsAllowedOrigins"] = [origin_of(settings.public_origin)]
    options |= {name: value for name, value in DEFAULTS.items() if not config.is_manually_set(name)}
    for name, value in options.items():
        if config.get_option(name) != value:
            config.set_option(name, value, "uploader")
