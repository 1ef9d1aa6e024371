"""The local store against other programs and users of the same machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from uploader.storage import supervisor
from uploader.storage.certificate import ensure_certificate
from uploader.storage.local import start_local_store

STRANGER = r"""
import contextlib, encodings.idna, os, pathlib, socket, ssl, sys
folder, own, *ports = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.set_alpn_protocols(["h2"])
if own:
    context.load_cert_chain(own)
if os.getuid() == 0 and not own.startswith(folder):
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    for name in ("grpc.pem", "s3.json", "security.toml"):
        with contextlib.suppress(PermissionError):
            print("read", name, pathlib.Path(folder, name).read_text())
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
for port in ports:
    for wrap in (lambda plain: plain, context.wrap_socket):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), 5) as plain:
            with wrap(plain) as connection:
                connection.sendall(PREFACE)
                if len(frame := connection.recv(9)) == 9:
                    print("served", port, frame.hex())
"""
"""Begins HTTP/2 with gRPC ports, as another user where it may; a server that listens answers with a frame."""


def served(folder: Path, own: Path | str = "") -> list[str]:
    """Which gRPC ports answer somebody who shows this certificate, or none."""
    ports = [str(port + 10_000) for port in json.loads((folder / "ports.json").read_text()).values()]
    assert len(ports) == 5
    command = [sys.executable, "-c", STRANGER, str(folder), str(own), *ports]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_its_inner_ports_serve_nobody_without_its_certificate(tmp_path: Path) -> None:
    with start_local_store(tmp_path / "store") as running:
        ensure_certificate(tmp_path)
        assert served(running.folder) == []
        assert served(running.folder, tmp_path / "grpc.pem") == []
        assert len(served(running.folder, running.folder / "grpc.pem")) == 5


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become another user")
def test_another_user_reads_nothing_of_its_folder(tmp_path: Path) -> None:
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    with start_local_store(tmp_path / "store") as running:
        assert served(running.folder) == []


def test_a_folder_from_before_is_closed_too(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with start_local_store(folder) as running:
        store = running.store
    supervisor_waits(folder)
    (folder / "grpc.pem").unlink()
    (folder / "security.toml").write_text((folder / "security.toml").read_text().partition("[grpc]")[0])
    with start_local_store(folder) as running:
        assert running.store == store
        assert served(folder) == []


def test_a_damaged_certificate_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "users.lock").touch()
    (folder / "grpc.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    with start_local_store(folder):
        assert served(folder) == []
        assert len(served(folder, folder / "grpc.pem")) == 5


def test_a_certificate_is_made_once_and_private(tmp_path: Path) -> None:
    ensure_certificate(tmp_path)
    made = (tmp_path / "grpc.pem").read_text()
    ensure_certificate(tmp_path)
    assert (tmp_path / "grpc.pem").read_text() == made
    assert (tmp_path / "grpc.pem").stat().st_mode & 0o777 == 0o600


def supervisor_waits(folder: Path) -> None:
    """Returns once the store of this folder has ended."""
    lock = None
    while lock is None:
        lock = supervisor.take_lock(folder / supervisor.SUPERVISOR_LOCK, shared=False)
    os.close(lock)
