"""The real server's doors: names, websockets, and bytes before sign-in. No browser is needed to knock."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.support.app_server import AppServer
from tests.support.provider import CLIENT, Provider

MIB = 2**20


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., AppServer]) -> AppServer:
    return app_servers(
        UPLOADER_MAX_BYTES=str(2 * MIB + 1), UPLOADER_PUBLIC_ORIGIN="https://uploads.example.com/x"
    )


@pytest.fixture
def signed(app_server: Callable[..., AppServer], tmp_path: Path) -> Iterator[AppServer]:
    with Provider({"email": "ada@example.com"}) as provider:
        file = tmp_path / "secrets.toml"
        file.write_text(
            '[auth]\nredirect_uri = "https://pictures.example.com/oauth2callback"\n'
            f'cookie_secret = "long enough for a test of signing"\nclient_id = "{CLIENT}"\n'
            'client_secret = "none"\n'
            f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n'
        )
        yield app_server(folder=tmp_path, STREAMLIT_SECRETS_FILES=str(file))


@contextmanager
def opened(server: AppServer, **options: Any) -> Iterator[tuple[str, str]]:
    """A session of the page as a script opens it: its id, and all that the page said."""
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")], **options) as socket:
        message = BackMsg()
        message.rerun_script.query_string = ""
        socket.send(message.SerializeToString())
        session, said = "", ""
        came = ForwardMsg()
        while came.WhichOneof("type") != "script_finished":
            came = ForwardMsg.FromString(socket.recv(timeout=60, decode=False))
            said += str(came)
            session = came.new_session.initialize.session_id or session
        yield session, said


def put(server: AppServer, session: str, size: int, *, chunked: bool = False) -> requests.Response:
    """Sends a file of that many bytes to Streamlit's own route, with or without saying how many."""
    token = requests.get(f"{server.url}/_stcore/health", timeout=30).cookies.get("_streamlit_xsrf", "")
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    parts = [head, *[b"x" * MIB] * (size // MIB), b"x" * (size % MIB), b"\r\n--b--\r\n"]
    return requests.put(
        f"{server.url}/_stcore/upload_file/{session}/1",
        data=iter(parts) if chunked else b"".join(parts),
        headers={"X-Xsrftoken": token, "Content-Type": "multipart/form-data; boundary=b"},
        cookies={"_streamlit_xsrf": token},
        timeout=60,
    )


def peak_mib(server: AppServer) -> int:
    """The most memory that the server has held so far."""
    assert server.process
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024


def test_the_servers_bound_follows_the_apps(server: AppServer) -> None:
    with opened(server) as (session, _):
        assert put(server, session, 2 * MIB + 1).status_code == 204
        before = peak_mib(server)
        assert put(server, session, 3 * MIB + 1).status_code == 413
        for chunked in (False, True):
            with suppress(requests.ConnectionError):  # refused before all of it was sent
                assert put(server, session, 150 * MIB, chunked=chunked).status_code == 413
    assert peak_mib(server) - before < 75


def test_no_page_elsewhere_may_drive_this_one(server: AppServer) -> None:
    assert requests.get(f"{server.url}/_stcore/host-config", timeout=30).json()["allowedOrigins"] == []


@pytest.mark.parametrize("path", ["/", "/gallery", "/api/health", "/_stcore/host-config"])
def test_only_the_pages_own_names_are_answered(server: AppServer, path: str) -> None:
    for host in ("localhost", "uploads.example.com", f"127.0.0.1:{server.port}"):
        assert requests.get(server.url + path, headers={"Host": host}, timeout=30).status_code == 200
    refused = requests.get(server.url + path, headers={"Host": "evil.example"}, timeout=30)
    assert refused.status_code == 403
    assert "UPLOADER_PUBLIC_ORIGIN" in refused.text


def test_only_the_page_itself_opens_a_session(server: AppServer) -> None:
    own = f"http://127.0.0.1:{server.port}"
    for options in ({"origin": own}, {"origin": "https://uploads.example.com"}, {}):
        with opened(server, **options) as (session, _):
            assert session
    for options in (
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:1"},
        {"origin": "http://evil.example", "additional_headers": {"Host": "evil.example"}},
    ):
        with pytest.raises(InvalidStatus), opened(server, **options):
            pass


def test_a_stranger_sends_no_bytes_before_sign_in(signed: AppServer) -> None:
    with opened(signed) as (session, said):
        assert "Sign in to upload images" in said
        refused = put(signed, session, 10)
        assert (refused.status_code, "sign in" in refused.text) == (403, True)
    by_name = requests.get(signed.url, headers={"Host": "pictures.example.com"}, timeout=30)
    assert by_name.status_code == 200


def test_a_wrong_setting_is_told_under_any_name(app_server: Callable[..., AppServer]) -> None:
    server = app_server(UPLOADER_MAX_BYTES="lots", UPLOADER_PUBLIC_ORIGIN="https://uploads.example.com")
    for host in ("uploads.example.com", "any.example"):
        assert requests.get(server.url, headers={"Host": host}, timeout=30).status_code == 200
    with opened(server) as (_, said):
        assert "UPLOADER_MAX_BYTES is" in said
