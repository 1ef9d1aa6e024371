"""The HTTP routes: begin an upload, complete it, or do it in one request; list, show, delete; health.

POST /api/images            Authorization: Bearer <access token or pass>, the file as the body or in a form
                            -> 201 {"url", "markdown", "key", ...}; 200 where this file is there already
GET  /api/images            -> 200 {"images", "next"}, the newest that fit
GET  /api/images/<id>       -> 200, one image
DELETE /api/images/<id>     -> 200 {"key", "deleted"}
POST /api/uploads           Authorization: Bearer <pass>, {"name", "size", "sha256", "type"}
                            -> 201 {"ticket", "url", "fields", "expires_at", "earlier"}
POST /api/uploads/complete  the same pass, {"ticket"}
                            -> 200 {"key", "name", "format", "width_px", ..., "similar"}
POST /api/uploads/relay     the same pass, X-File-Name (percent-encoded), the file itself as the body
                            -> 200 as above; for browsers that cannot reach the bucket
GET  /api/zip?ticket=…      -> 200, the images that the ticket names as one archive
GET  /i/<id>                -> 302 to the image, signed anew; `?download` saves it under its name
GET  /s/<id>                -> 200, a page of shared images; /s/<id>/zip all of them, /s/<id>/<image> one
GET  /api/health            -> 200 or 503 {"ok"}; with a pass also {"bucket", "version", "uptime_s"}
GET  /api/alive             -> 200 {"ok"} while the process answers
GET  /metrics               -> 200, counts and durations for Prometheus, where an operator wants them
GET  /api/openapi.json      -> 200, all of this for programs

A refusal is {"error": {"code", "message"}}, `message` being a sentence for people. There is no cookie, so a
foreign page has nothing to ride on, and no CORS header, so it cannot read an answer either.

    routes.py            the handlers, and the life of the application around them
    image_routes.py      /api/images, in one request each
    share_routes.py      a page of shared images, and its ZIP
    request_file.py      the one file of a request, on its way through a spool
    openapi.py           what all of them take and answer, for programs
    bearer.py            who comes with a request: by a pass or by an access token
    health.py            liveness and readiness
    json_api.py          errors as JSON, bounded bodies, calls counted
    server_start.py      what is changed of uvicorn when it starts
    connections.py       how many connections there may be, and how long a head may take
    body_deadline.py     how long a body may take
    client_address.py    the visitor's own address, behind proxies that the operator named
    metrics_route.py     the metrics for Prometheus, and who may read them
    base_path.py         the routes under the folder of the pages, where there is one
    return_path.py       leads people back, after sign-in, to the page they asked for
    middleware.py        what every request meets before: is it meant for this page, and may it send bytes?
    security_headers.py  the Content-Security-Policy and its kin
    component_assets.py  how browsers may keep the modules of the components
"""

from uploader.api.middleware import guard
from uploader.api.routes import ROUTES, lifespan

__all__ = ["ROUTES", "guard", "lifespan"]
