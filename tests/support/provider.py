"""An OpenID Connect provider that signs one person in at once (https://openid.net/specs/openid-connect-core-1_0.html)."""

import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "uploads"


class Provider:
    """`with Provider({"email": ...}) as provider:`; its `url` is the issuer."""

    def __init__(self, claims: Mapping[str, object]) -> None:
        self.claims = dict(claims)
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.nonces: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def back(self, query: Mapping[str, list[str]]) -> str:
        """Where the browser goes once the person is known: back, with a code."""
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = query.get("nonce", [""])[0]
        return f"{query['redirect_uri'][0]}?{urlencode({'code': code, 'state': query['state'][0]})}"

    def token(self, code: str) -> dict[str, Any]:
        now_s = int(time.time())
        facts = {"iss": self.url, "aud": CLIENT, "sub": "42", "iat": now_s, "exp": now_s + 600}
        claims = {**facts, **self.claims, "nonce": self.nonces[code]}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": "none", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            match path:
                case "/.well-known/openid-configuration":
                    self._answer(provider.configuration())
                case "/keys":
                    self._answer({"keys": [provider.key.as_dict(private=False)]})
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.back(query))
                    self.end_headers()
                case _:
                    self.send_error(404)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(provider.token(form["code"][0]))

        def _answer(self, found: Mapping[str, Any]) -> None:
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler
