"""The ways in which S3 and the network fail, each a function of one exchange."""

from tests.support.proxy import Answer, Exchange, Fault


def _error(status: int, code: str) -> Fault:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Please try again.</Message></Error>"

    def fault(exchange: Exchange) -> None:
        exchange.read()
        small = b"" if exchange.handler.command == "HEAD" else body.encode()
        headers = [("Content-Type", "application/xml")]
        if status == 307:  # to a call that no plan and no test knows: nobody may follow
            headers.append(("Location", f"http://{exchange.handler.headers['Host']}/elsewhere/x"))
        exchange.reply(Answer(status, tuple(headers), small))

    return fault


def reset_before(exchange: Exchange) -> None:
    """The connection breaks before the body."""
    exchange.reset()


def reset_in_body(exchange: Exchange) -> None:
    """It breaks in the middle of the body."""
    exchange.read(0.5)
    exchange.reset()


def reset_after_body(exchange: Exchange) -> None:
    """It breaks when all was sent, and nothing was stored."""
    exchange.read()
    exchange.reset()


def answer_lost(exchange: Exchange) -> None:
    """All was done, and nobody hears of it."""
    exchange.forward()
    exchange.reset()


def silence(exchange: Exchange) -> None:
    """Nothing is done and nothing is said."""
    exchange.keep_silent()


def silence_after(exchange: Exchange) -> None:
    """All was done, and nothing is said."""
    exchange.forward()
    exchange.keep_silent()


def head_cut(exchange: Exchange) -> None:
    """All was done, and the answer ends within its head."""
    head = exchange.raw(exchange.forward())
    exchange.handler.wfile.write(head[: len(head) // 2])
    exchange.close()


def body_cut(exchange: Exchange) -> None:
    """All was done, and the answer ends within its body."""
    answer = exchange.forward()
    exchange.handler.wfile.write(exchange.raw(answer) + answer.body[: len(answer.body) // 2])
    exchange.close()


def body_reset(exchange: Exchange) -> None:
    """All was done, and the connection breaks within the body of the answer."""
    body_cut(exchange)
    exchange.reset()


def body_stops(exchange: Exchange) -> None:
    """All was done, and nothing comes after half of the answer."""
    answer = exchange.forward()
    exchange.handler.wfile.write(exchange.raw(answer) + answer.body[: len(answer.body) // 2])
    exchange.keep_silent()


def not_s3(exchange: Exchange) -> None:
    """Something else answers: a hotel's sign-in page."""
    exchange.read()
    exchange.reply(
        Answer(200, (("Content-Type", "text/html"),), b"<html><body>Welcome, sign in</body></html>")
    )


def not_xml(exchange: Exchange) -> None:
    """The same, in words that no XML reader takes."""
    exchange.read()
    exchange.reply(Answer(200, (("Content-Type", "text/html"),), b"<html><br>Welcome & sign in"))


def stale_list(exchange: Exchange) -> None:
    """A listing from before anything was stored."""
    exchange.read()
    body = b"<?xml version='1.0'?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
    exchange.reply(Answer(200, (("Content-Type", "application/xml"),), body))


QUICK: dict[str, Fault] = {
    "409": _error(409, "ConditionalRequestConflict"),
    "500": _error(500, "InternalError"),
    "503": _error(503, "SlowDown"),
    "307": _error(307, "TemporaryRedirect"),
    "200-with-error": _error(200, "InternalError"),
    "reset-before": reset_before,
    "reset-in-body": reset_in_body,
    "reset-after-body": reset_after_body,
    "answer-lost": answer_lost,
    "head-cut": head_cut,
    "body-cut": body_cut,
    "body-reset": body_reset,
    "not-s3": not_s3,
    "not-xml": not_xml,
}
"""Those that show at once."""

SILENT: dict[str, Fault] = {"silence": silence, "silence-after": silence_after, "body-stops": body_stops}
"""Those that only a timeout ends."""

RETRIED = {"409", "500", "503", "reset-before", "reset-in-body", "reset-after-body", "answer-lost"}
"""Once is no failure: the app tries again by itself."""
