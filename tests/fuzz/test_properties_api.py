"""What holds for every request, whatever is in it."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.fuzz.examples import examples
from tests.fuzz.requested import METHODS, PATHS, bearer, told
from tests.fuzz.strategies import ANY_TEXT, THINGS
from tests.fuzz.targets import NOW
from uploader.flow.app import Application

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": ANY_TEXT.filter(bool) | st.text("x😀/", min_size=1, max_size=8_000),
    "size": st.integers(1, 20 * 2**20),
    "sha256": st.text("0123456789abcdefABCDEF", min_size=64, max_size=64),
    "type": st.sampled_from(["image/jpeg", "image/PNG", "image/webp", "image/gif", "image/avif"]),
}
CLAIMS = st.fixed_dictionaries(FIELDS)
NEARLY = st.builds(lambda claim, change: {**claim, **change}, CLAIMS, st.fixed_dictionaries(
    {}, optional=dict.fromkeys([*FIELDS, "ticket"], THINGS)
))  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["Authorization", "Content-Type", "Accept", "Origin", "X-Forwarded-For", "Range"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip),
    max_size=2,
)
# without a segment of dots, which the client resolves before it asks
ODD_PATHS = st.text("a/.%-", max_size=9).map("/api/{}".format).filter(lambda path: ".." not in path)


def _sent(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


@examples(150)
@given(
    st.sampled_from(METHODS) | st.sampled_from(["POST"]),
    st.sampled_from(PATHS[:2]) | st.sampled_from(PATHS) | ODD_PATHS,
    NEARLY | THINGS | st.binary(max_size=60) | CLAIMS,
    st.just({}) | HEADERS,
    st.text(max_size=40),
)
@example("BREW", "/api/uploads", {}, {}, "")
@example("POST", "/api/uploads", b'{"size": NaN}', {}, "")
def test_every_answer_is_one_that_was_promised(
    client: TestClient,
    application: Application,
    method: str,
    path: str,
    content: Any,
    headers: dict[str, str],
    ticket: str,
) -> None:
    sent = {**bearer(application), "Content-Type": "application/json", **headers}
    told(client.request(method, path, content=_sent(content), headers=sent, params={"ticket": ticket}))


@examples(80)
@given(CLAIMS)
def test_an_honest_claim_gets_a_form_and_a_ticket_that_can_be_read(
    client: TestClient, application: Application, claim: dict[str, Any]
) -> None:
    headers = {**bearer(application, "ada"), "Content-Type": "application/json"}
    answer = client.post("/api/uploads", content=json.dumps(claim), headers=headers)
    assert told(answer) == "201"
    ticket = application.signer.read_ticket(answer.json()["ticket"], who="ada", now=NOW)
    assert ticket.size_bytes == claim["size"]
    assert ticket.sha256 == claim["sha256"].lower()
    assert ticket.staged_key == answer.json()["fields"]["key"]


# The pass is another in each run of a case, so what is drawn may not depend on it.
@examples(60)
@given(st.floats(0, 1), st.integers(1, 222))
@example(0.0, 1)
@example(1.0, 222)
def test_a_changed_pass_opens_nothing(
    client: TestClient, application: Application, where: float, change: int
) -> None:
    good = bearer(application)["Authorization"].encode()
    first, last = len("Bearer "), len(good) - 2
    place = first + round(where * (last - first))
    letter = 33 + (good[place] - 33 + change) % 223
    assert letter != good[place]
    changed = good[:place] + bytes([letter]) + good[place + 1 :]
    for path in PATHS[:2]:
        assert client.post(path, json={}, headers={"Authorization": changed}).status_code == 401
