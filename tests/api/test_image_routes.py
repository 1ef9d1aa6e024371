"""/api/images on the real store: store, list, show, delete; each answer fits its description."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from tests.support import event_loop
from tests.support.buckets import keys_in
from tests.support.flow import AtOnce
from tests.support.sample_image import picture
from uploader import api
from uploader.api import image_routes, openapi, request_file
from uploader.errors import BucketUnreachable, ImageRejected
from uploader.flow import app as wired
from uploader.flow.access import Access
from uploader.flow.app import Application, open_application
from uploader.flow.rate_limits import PER_MINUTE, RateLimits
from uploader.flow.tokens import SCOPES
from uploader.flow.uploads import forwarded_file
from uploader.limits import Limits
from uploader.people import ANYONE, Person, Role
from uploader.settings import Settings

ADA = Person("https://id.example#ada", "ada@example.com", "ada@example.com", "", Role.UPLOADER)
BOB = Person("https://id.example#bob", "bob@example.com", "bob@example.com", "", Role.UPLOADER)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    settings = Settings.load(local_dir=tmp_path_factory.mktemp("images"), uploaders="example.com")
    made = open_application(settings)
    made.uploads.background = AtOnce()
    yield made
    made.close()


@pytest.fixture
def app(opened: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    made = replace(opened, rates=RateLimits())
    monkeypatch.setattr(wired, "_current", made)
    yield made
    opened.gallery.delete([tile.key for tile in opened.gallery.page(size=1_000).tiles])


class Client:
    """Another program with a token, whose every answer is compared with the description of the route."""

    def __init__(self, client: TestClient, token: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, **request: Any) -> Any:
        request["headers"] = {**self._headers, **request.get("headers", {})}
        answer = self._client.request(method, path, follow_redirects=False, **request)
        check(answer, method, path.partition("?")[0])
        return answer

    def post(self, data: bytes, name: str = "a.png", **request: Any) -> Any:
        return self("POST", "/api/images", content=data, headers={"X-File-Name": name}, **request)


def check(answer: Any, method: str, path: str) -> None:
    """Whether an answer fits what is said of it."""
    template = "/api/images/{id}" if path.startswith("/api/images/") else path
    responses = openapi.PATHS[template][method.lower()]["responses"]
    told = responses.get(str(answer.status_code), responses["default"])
    schema = told["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator({**schema, "components": {"schemas": openapi.SCHEMAS}})
    validator.validate(answer.json())
    assert answer.headers["cache-control"] == "no-store"
    assert not [name for name in answer.headers if name.startswith(("access-control", "set-cookie"))]


@pytest.fixture
def http(app: Application) -> Iterator[TestClient]:
    guard = api.guard(["testserver"], any_address=False, person_of=lambda headers, cookies: None)
    with TestClient(Starlette(routes=api.ROUTES, middleware=guard)) as made:
        yield made


@pytest.fixture
def client(http: TestClient, app: Application) -> Callable[..., Client]:
    def make(person: Person = ADA, scopes: Any = SCOPES) -> Client:
        return Client(http, app.tokens.make(person, "tests", scopes, life_days=1)[0])

    return make


def code(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["message"].endswith((".", "?"))
    return str(error["code"])


# --- storing ---------------------------------------------------------------------------------------------


def test_one_request_stores_an_image_and_answers_its_addresses(client: Any, app: Application) -> None:
    data = picture(color="#123456")
    answer = client().post(data, "two%20words%20%C3%BC.png")
    assert answer.status_code == 201
    found = answer.json()
    assert (found["name"], found["format"], found["is_new"]) == ("two words ü.png", "JPEG", True)
    assert found["url"] == found["image_url"] == f"http://testserver/i/{found['id']}"
    assert found["markdown"] == f"![two words ü\\.png]({found['url']})"
    assert found["page_url"] == f"http://testserver/gallery?image={found['key'].removeprefix('images/')}"
    assert app.gallery.image(found["key"]).who == ADA.label
    assert keys_in(app.bucket, "incoming/") == []  # staged, promoted, gone
    target = app.permanent.target(app.permanent.find(found["id"]))
    assert requests.get(target.url, timeout=10).headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("field", ["file", "image", "upload[]"])
def test_a_form_stores_its_file(client: Any, field: str) -> None:
    files = {field: ("grüße.jpg", picture(color=f"#0000{len(field):02x}"), "application/octet-stream")}
    answer = client()("POST", "/api/images", files=files, data={"caption": "ignored"})
    assert (answer.status_code, answer.json()["name"]) == (201, "grüße.jpg")


def test_the_same_file_twice_is_stored_once(client: Any, app: Application) -> None:
    data, ada = picture(color="#223344"), client()
    first, second = ada.post(data), ada.post(data, "other.png")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["is_new"] is False
    third = ada("POST", "/api/images?again=1", content=data)
    assert third.status_code == 201
    assert third.json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    ("data", "status", "refused"),
    [
        (b"", 422, "empty"),
        (b"hello", 415, "not_an_image"),
        (b"<html><body>503</body></html>", 415, "format_not_allowed"),
        (b"%PDF-1.7", 415, "format_not_allowed"),
        (picture()[:-200], 422, "truncated"),
    ],
)
def test_what_is_no_image_is_refused_as_on_the_page(
    client: Any, app: Application, data: bytes, status: int, refused: str
) -> None:
    assert code(client().post(data), status) == refused
    assert keys_in(app.bucket, "images/") == keys_in(app.bucket, "incoming/") == []


def test_a_file_that_is_too_large_is_refused(client: Any, app: Application) -> None:
    parts = (bytes(2**20) for _ in range(app.limits.max_bytes // 2**20 + 1))
    assert code(client()("POST", "/api/images", content=parts), 413) == "too_large"
    announced = {"Content-Length": str(app.limits.max_bytes + 1)}
    assert code(client()("POST", "/api/images", content=b"x", headers=announced), 413) == "too_large"
    assert keys_in(app.bucket, "incoming/") == []


def test_an_endless_body_is_read_to_the_limit() -> None:
    read = 0

    async def endless() -> dict[str, Any]:
        nonlocal read
        read += 100
        return {"type": "http.request", "body": bytes(100), "more_body": True}

    async def take() -> None:
        request = Request({"type": "http", "method": "POST", "headers": []}, endless)
        async with request_file.request_file(request, Limits(max_bytes=1_000)):
            raise AssertionError

    with pytest.raises(ImageRejected, match="the limit is 1000 bytes"):
        event_loop.run(take())
    assert read == 1_100


def form(*parts: str) -> tuple[bytes, dict[str, str]]:
    body = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n\r\nbytes\r\n" for part in parts)
    return f"{body}--x--\r\n".encode(), {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("content", "headers", "refused"),
    [
        (*form('name="a"'), "no_file"),
        (*form('name="a"; filename="1"', 'name="b"; filename="2"'), "bad_form"),
        (*form('filename="a"'), "bad_form"),
        (*form(*(f'name="{number}"' for number in range(20))), "bad_form"),
        (b"nonsense", {"Content-Type": "multipart/form-data; boundary=x"}, "bad_form"),
        (b"nonsense", {"Content-Type": "multipart/form-data"}, "bad_form"),
        (b"", {"Content-Type": "multipart/form-data; boundary=x"}, "no_file"),
        (picture(), {"X-File-Name": "x" * 8_200}, "bad_name"),
    ],
)
def test_a_form_that_is_none_is_one_sentence(
    client: Any, content: bytes, headers: dict[str, str], refused: str
) -> None:
    assert code(client()("POST", "/api/images", content=content, headers=headers), 400) == refused


def test_a_file_that_does_not_come_is_given_up(client: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(request_file, "FILE_WITHIN_S", 0)
    assert code(client().post(picture()), 408) == "too_slow"


def test_many_at_once_are_all_stored(client: Any, app: Application) -> None:
    sent, ada = [picture(color=f"#ab{number:02x}00", format="PNG") for number in range(12)], client()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ada.post, sent))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["key"] for answer in answers}) == 12


def test_a_store_that_is_busy_is_asked_again(app: Application, monkeypatch: Any) -> None:
    post, failures = forwarded_file._poster.post, [BucketUnreachable("Nobody answers.")] * 2

    def flaky(*args: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return post(*args, **options)

    monkeypatch.setattr(forwarded_file._poster, "post", flaky)
    pauses: list[float] = []
    sent = {"who": "ada", "again": False, "pause": pauses.append}
    with tempfile.SpooledTemporaryFile() as spool:
        spool.write(picture(color="#998877"))
        assert forwarded_file.forward(app.uploads, spool, "a.jpg", **sent).is_new
    assert len(pauses) == 2


# --- listing, showing, deleting --------------------------------------------------------------------------


def test_the_list_has_the_newest_first_a_page_at_a_time(client: Any) -> None:
    ada = client()
    sent = [picture(color=f"#0{number}0000", format="PNG") for number in range(5)]
    ids = [ada.post(data).json()["id"] for data in sent]
    seen, cursor = [], ""
    while cursor is not None:
        page = ada("GET", "/api/images", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [image["id"] for image in page["images"]]
        cursor = page["next"]
    assert seen == ids[::-1]


def test_the_list_is_filtered_as_the_gallery_is(client: Any) -> None:
    ada, bob, now = client(), client(BOB), datetime.now(UTC)
    ada.post(picture(color="#010203"), "red boat.jpg")
    bob.post(picture(color="#040506", format="PNG"), "green boat.png")

    def names(**query: str) -> list[str]:
        return sorted(image["name"] for image in ada("GET", "/api/images", params=query).json()["images"])

    both = ["green boat.png", "red boat.jpg"]
    assert names() == names(q="boat") == names(since=(now - timedelta(hours=1)).isoformat()) == both
    assert names(q="red") == names(format="jpeg") == names(who=ADA.label) == ["red boat.jpg"]
    assert names(format="png,gif") == ["green boat.png"]
    assert names(until="0001-01-01") == names(who="x" * 255) == []
    assert names(since="0001-01-01T00:00:00+00:00", until="9999-12-31T23:59:59.999999+00:00") == both
    assert names(until="2020-01-01") == names(since="2100-01-01T00:00:00+02:00") == []
    assert names(q="green", format="jpg") == []


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ({"limit": "0"}, "bad_limit"),
        ({"limit": "101"}, "bad_limit"),
        ({"limit": "²"}, "bad_limit"),
        ({"cursor": "../../x"}, "bad_cursor"),
        ({"since": "yesterday"}, "bad_since"),
        ({"until": "9999-99-99"}, "bad_until"),
        ({"until": "0001-01-01T00:00:00+23:00"}, "bad_until"),
        ({"format": "exe,docy"}, "bad_format"),
        ({"sort": "name"}, "bad_parameter"),
        ({"who": "x" * 256}, "bad_who"),
    ],
)
def test_a_wrong_question_is_one_sentence(client: Any, query: dict[str, str], refused: str) -> None:
    assert code(client()("GET", "/api/images", params=query), 400) == refused


def test_one_image_is_shown_and_deleted_by_who_may(client: Any, app: Application) -> None:
    ada, bob = client(), client(BOB)
    found = ada.post(picture(color="#778899")).json()
    path = f"/api/images/{found['id']}"
    assert bob("GET", path).json()["sha256"] == found["sha256"]
    assert code(bob("DELETE", path), 403) == "not_deleted"
    assert ada("DELETE", path).json() == {"key": found["key"], "deleted": True}
    for method in ("GET", "DELETE"):
        assert code(ada(method, path), 404) == "no_such_image"
    assert code(ada("GET", "/api/images/..%2f..%2fsecret"), 404)


# --- tokens ----------------------------------------------------------------------------------------------


def test_a_token_does_what_it_is_for_and_no_more(client: Any) -> None:
    uploads, lists, deletes = (client(ADA, [scope]) for scope in SCOPES)
    found = uploads.post(picture(color="#a1b2c3")).json()
    path = f"/api/images/{found['id']}"
    assert lists("GET", path).status_code == 200
    for one, calls in (
        (uploads, [("GET", "/api/images"), ("GET", path), ("DELETE", path)]),
        (lists, [("POST", "/api/images"), ("DELETE", path), ("POST", "/api/uploads")]),
        (deletes, [("POST", "/api/images"), ("GET", "/api/images"), ("GET", path)]),
    ):
        for method, address in calls:
            assert code(one(method, address), 403) == "token_scope"
    assert deletes("DELETE", path).status_code == 200


def test_who_has_none_gets_nothing(http: TestClient, app: Application) -> None:
    for header in (
        "",
        "Basic abc",
        "Bearer",
        "Bearer x",
        "Bearer upl_x",
        f"Bearer upl_{'0' * 32}_{'A' * 43}",
    ):
        for method in ("GET", "POST"):
            answer = http.request(method, "/api/images", headers={"Authorization": header})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
            check(answer, method, "/api/images")


def test_the_cookie_of_the_page_is_worth_nothing(app: Application) -> None:
    guard = api.guard(["testserver"], any_address=False, person_of=lambda headers, cookies: ADA)
    with TestClient(Starlette(routes=api.ROUTES, middleware=guard), cookies={"any": "cookie"}) as client:
        assert client.post("/api/images", content=picture()).status_code == 401


def test_a_revoked_token_and_one_of_somebody_who_left_are_worth_nothing(
    http: TestClient, app: Application, monkeypatch: Any
) -> None:
    text, token = app.tokens.make(ADA, "laptop", SCOPES, life_days=1)
    client = Client(http, text)
    assert client("GET", "/api/images").status_code == 200
    stricter = app.settings.model_copy(update={"uploaders": ("bob@example.com",)})
    monkeypatch.setattr(wired, "_current", replace(app, settings=stricter))
    assert code(client("GET", "/api/images"), 403) == "not_allowed"
    monkeypatch.setattr(wired, "_current", app)
    Access(app, ADA).revoke_token(token.id)
    assert code(client("GET", "/api/images"), 401) == "token_unknown"


def test_one_of_anyone_works_where_nobody_signs_in_and_nowhere_else(
    http: TestClient, app: Application
) -> None:
    text, _ = app.tokens.make(ANYONE, "kiosk", SCOPES, life_days=1)
    assert code(Client(http, text)("GET", "/api/images"), 403) == "not_allowed"
    guard = api.guard(["testserver"], any_address=False, person_of=lambda headers, cookies: ANYONE)
    with TestClient(Starlette(routes=api.ROUTES, middleware=guard)) as open_to_all:
        assert Client(open_to_all, text).post(picture(color="#5a5a5a")).status_code == 201


def test_guessing_is_slow(http: TestClient, app: Application) -> None:
    for _ in range(PER_MINUTE.amount):
        app.rates.spend_call("token", "testclient")
    guess = {"Authorization": f"Bearer upl_{'f' * 32}_{'A' * 43}"}
    assert code(http.get("/api/images", headers=guess), 429) == "too_many"


# --- the description -------------------------------------------------------------------------------------


def test_every_route_is_described_and_no_other(http: TestClient) -> None:
    served = {
        (route.path, method.lower()) for route in api.ROUTES for method in route.handlers if method != "ANY"
    }
    assert {(path, method) for path, methods in openapi.PATHS.items() for method in methods} == served
    assert http.get("/api/openapi.json").json() == openapi.DESCRIPTION
    for schema in openapi.SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_parameters_that_are_described_are_those_that_count() -> None:
    described = [one["name"] for one in openapi.PATHS["/api/images"]["get"]["parameters"]]
    assert described == list(image_routes.PARAMETERS)


def test_the_other_routes_answer_as_described(client: Any) -> None:
    data = picture(color="#31415f")
    sha256 = hashlib.sha256(data).hexdigest()
    claim = {"name": "a.jpg", "size": len(data), "sha256": sha256, "type": "image/jpeg"}
    ada = client()
    begun = ada("POST", "/api/uploads", json=claim).json()
    requests.post(begun["url"], data=begun["fields"], files={"file": data}, timeout=10)
    assert ada("POST", "/api/uploads/complete", json={"ticket": begun["ticket"]}).status_code == 200
    assert ada("POST", "/api/uploads", json=claim).json()["earlier"]["url"].startswith("http://testserver/i/")
    refused = ada("POST", "/api/uploads/relay", content=data, headers={"X-File-Name": "a.jpg"})
    assert code(refused, 409) == "already_stored"
    for path in ("/api/health", "/api/alive"):
        assert ada("GET", path).status_code == 200
