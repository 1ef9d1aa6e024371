"""A link opened before sign-in leads where it led, and nowhere else."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from uploader.api.return_path import ReturnPath

HTML = {"accept": "text/html"}


def back(_: Request) -> Response:
    return RedirectResponse("/", 302)


def page(_: Request) -> Response:
    return Response("page")


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/oauth2callback", back), Route("/{rest:path}", page)]
    app = Starlette(routes=routes, middleware=[Middleware(ReturnPath)])
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("link", ["/gallery?image=a.jpg&x=%C3%A9", "/lab", "/setup"])
def test_it_leads_to_the_page_that_was_opened_once(client: TestClient, link: str) -> None:
    client.get(link, headers=HTML)
    assert client.get("/oauth2callback").headers["location"] == link
    assert client.get("/oauth2callback").headers["location"] == "/"


@pytest.mark.parametrize("link", ["/", "/static/index.js", "/api/health", "//evil.example/gallery"])
def test_other_addresses_are_not_noted(client: TestClient, link: str) -> None:
    assert "set-cookie" not in client.get(f"http://testserver{link}", headers=HTML).headers


@pytest.mark.parametrize(
    "value",
    ["https://evil.example", "//evil.example", "/gallery/../..//evil.example", "/gallery?a%0d%0ab: c"],
)
def test_a_foreign_cookie_leads_nowhere(client: TestClient, value: str) -> None:
    answer = client.get("/oauth2callback", headers={"cookie": f"uploader_return={value}"})
    assert answer.headers["location"] == "/"
