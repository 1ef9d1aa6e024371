"""What the app logs: one JSON record an event, with nothing secret and no control character in it."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog

from uploader.logs import bind_client, bind_person, configure_logs, in_context, subscribe
from uploader.people import script

SIGNED = "http://127.0.0.1:9/b/k?X-Amz-Signature=0123456789abcdef0123456789abcdef&x-id=GetObject"
NASTY = 'a\r\n{"event": "forged"}\x1b[31m\x00\x7f\x9b\u202egpj.exe\u2028\ud800'


@pytest.fixture(autouse=True)
def _configured() -> Iterator[None]:
    configure_logs()
    yield
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one record on standard error, after looking at its characters."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("}\n")
    assert err[:-1].isascii()
    assert err[:-1].isprintable()
    record: dict[str, Any] = json.loads(err)
    return record


def test_an_event_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("x").info("upload.stored", key="images/k.jpg", size_bytes=3)
    record = written(capsys)
    assert record.pop("timestamp").endswith("Z")
    assert record == {"event": "upload.stored", "level": "info", "key": "images/k.jpg", "size_bytes": 3}


def test_a_name_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().warning(NASTY, **{"name": NASTY, NASTY: [NASTY]})
    record = written(capsys)
    assert (record["event"], record["name"], record[NASTY]) == (NASTY, NASTY, [NASTY])


@pytest.mark.parametrize(
    "field", ["policy", "x-amz-signature", "x-amz-security-token", "ticket", "Authorization"]
)
def test_a_secret_field_is_covered(capsys: pytest.CaptureFixture[str], field: str) -> None:
    structlog.get_logger().info("sent", **{field: "abc"})
    assert written(capsys)[field] == "***"


@pytest.mark.parametrize(
    "text",
    [
        SIGNED,
        {"fields": {"x-amz-signature": "0123456789abcdef0123456789abcdef"}},
        "{'policy': '0123456789abcdef0123456789abcdef'}",
        "Authorization: Bearer 0123456789abcdef0123456789abcdef",
        "X-Amz-Signature%3D0123456789abcdef0123456789abcdef",
        "GET /api/zip?ticket=0123456789abcdef.0123456789abcdef HTTP/1.1",
        "x-amz-security-token: 0123456789abcdef0123456789abcdef",
        "Authorization: Basic 0123456789abcdef",
        "AWS_SECRET_ACCESS_KEY=0123456789abcdef",
        '{"secretKey": "0123456789abcdef"}',
        {"local": [{"secretKey": "0123456789abcdef"}]},
        "client_secret=0123456789abcdef",
        'password: "correct 0123456789abcdef battery"',
        "password: correct 0123456789abcdef battery",
        "pwd='it 0123456789abcdef'",
        "https://u:0123456789abcdef@h/",
        "https://u:correct 0123456789abcdef@h/",
        "https://0123456789abcdef@h/",
    ],
)
def test_a_secret_in_a_text_is_covered(capsys: pytest.CaptureFixture[str], text: object) -> None:
    structlog.get_logger().info("sent", what=text)
    assert "0123456789abcdef" not in json.dumps(written(capsys))


def test_what_is_no_secret_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "Invalid according to Policy: Policy expired. See http://127.0.0.1:8501/setup, or ask me@example.com"
    )
    structlog.get_logger().info("secret.not_kept", what=text, sizes=(1, 2.5, None))
    record = written(capsys)
    assert (record["event"], record["what"], record["sizes"]) == ("secret.not_kept", text, [1, 2.5, None])


def test_a_traceback_is_one_line_without_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    local = "kept in a variable"
    try:
        raise ValueError(f"{SIGNED} {local[:4]}\n\x1b[31m")
    except ValueError:
        structlog.get_logger().exception("fault")
    record = written(capsys)
    assert "ValueError" in record["exception"]
    assert local not in json.dumps(record)
    assert "0123456789abcdef" not in record["exception"]


def test_debug_events_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().debug("detail")
    assert capsys.readouterr() == ("", "")


def test_listeners_hear_of_what_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(logging.WARNING)
    heard: list[tuple[str, str]] = []
    unsubscribe = subscribe(lambda event: heard.append((event["event"], event["timestamp"][-1])))
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    unsubscribe()
    structlog.get_logger().warning("later")
    assert heard == [("quiet", "Z"), ("loud", "Z")]
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["loud", "later"]


def test_a_pool_names_who_and_from_where_too(capsys: pytest.CaptureFixture[str]) -> None:
    bind_client("203.0.113.7")
    bind_person(script("ci"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(in_context(structlog.get_logger().info), ["one", "two"]))
    bind_client("")
    structlog.get_logger().info("three")
    records = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one.get("who") for one in records] == ["ci", "ci", None]
    assert [one.get("client") for one in records] == ["203.0.113.7", "203.0.113.7", None]
