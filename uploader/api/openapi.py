"""The OpenAPI description of the routes, served at /api/openapi.json: a row for each address and method.

https://spec.openapis.org/oas/v3.1.0
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from uploader.api.image_routes import LISTED, MOST_LISTED
from uploader.api.json_api import answer
from uploader.flow.catalog.permanent_links import SIZES
from uploader.formats import BY_NAME, CHOICES
from uploader.version import VERSION

Json = dict[str, Any]


def _object(*optional: str, **properties: Json) -> Json:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(item: Json) -> Json:
    return {"type": "array", "items": item}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


TEXT: Final[Json] = {"type": "string"}
COUNT: Final[Json] = {"type": "integer", "minimum": 0}
FLAG: Final[Json] = {"type": "boolean"}
ADDRESS: Final[Json] = {"type": "string", "format": "uri"}
MOMENT: Final[Json] = {"type": "string", "format": "date-time"}
SHA256: Final[Json] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
FILE: Final[Json] = {"type": "string", "format": "binary"}

_LINKS: Final = {"id": TEXT, "markdown": TEXT, "html": TEXT} | dict.fromkeys(
    ("url", "image_url", "page_url", "thumbnail_url"), ADDRESS
)
_NAMED: Final = {"key": TEXT, "name": TEXT, "uploaded_at": MOMENT, **_LINKS}
_FACTS: Final = {
    **_NAMED,
    "format": {"enum": list(CHOICES)},
    "width_px": COUNT,
    "height_px": COUNT,
    "size_bytes": COUNT,
    "sha256": {"type": "string", "pattern": "^([0-9a-f]{64})?$"},
    "removed": _list(TEXT),
    "similar": _list(_ref("NamedImage")),
}

SCHEMAS: Final[Json] = {
    "Error": _object("earlier", error=_object(code=TEXT, message=TEXT), earlier=_ref("NamedImage")),
    "NamedImage": _object(**_NAMED),
    "ListedImage": _object(**_NAMED, size_bytes=COUNT),
    "Image": _object(**_FACTS),
    "UploadedImage": _object(**_FACTS, is_new=FLAG),
    "ImageList": _object(images=_list(_ref("ListedImage")), next=_or_null(TEXT)),
    "Deleted": _object(key=TEXT, deleted=FLAG),
    "Claim": _object(name=TEXT, size=COUNT, sha256=SHA256, type=TEXT),
    "Form": _object(
        ticket=TEXT,
        url=ADDRESS,
        fields={"type": "object", "additionalProperties": TEXT},
        expires_at=MOMENT,
        earlier=_or_null(_ref("NamedImage")),
    ),
    "Ticket": _object(ticket=TEXT),
    "Health": _object("bucket", "version", "uptime_s", ok=FLAG, bucket=TEXT, version=TEXT, uptime_s=COUNT),
    "Alive": _object(ok=FLAG),
    "Description": {"type": "object", "required": ["openapi", "paths"]},
}

_JSON: Final = "application/json"
_ANY_FILE: Final = {BY_NAME[name].media_type: {"schema": FILE} for name in CHOICES} | {
    "application/octet-stream": {"schema": FILE}
}
_FORM: Final = {"multipart/form-data": {"schema": {"type": "object", "properties": {"file": FILE}}}}
_REFUSED: Final = {"default": {"description": "Refused", "content": {_JSON: {"schema": _ref("Error")}}}}


def _json(name: str) -> Json:
    return {_JSON: {"schema": _ref(name)}}


def _parameter(name: str, schema: Json, description: str, *, place: str = "query") -> Json:
    row = {"name": name, "in": place, "schema": schema, "description": description}
    return row | {"required": True} if place == "path" else row


_ID: Final = _parameter("id", TEXT, "The id in the image's permanent address", place="path")
_IMAGE_OF_SHARE: Final = _parameter("image", TEXT, "The id of one of its images", place="path")
_NAME: Final = _parameter("X-File-Name", TEXT, "The file's name, percent-encoded", place="header")


def _operation(
    summary: str,
    status: int,
    content: Json | None,
    *parameters: Json,
    body: Json | None = None,
    also: dict[str, Json] | None = None,
    is_open: bool = False,
) -> Json:
    done: Json = {"description": summary} | ({"content": content} if content else {})
    row: Json = {"summary": summary, "responses": {str(status): done, **(also or {}), **_REFUSED}}
    row |= {"parameters": list(parameters)} if parameters else {}
    row |= {"requestBody": {"required": True, "content": body}} if body else {}
    return row if is_open else row | {"security": [{"bearer": []}]}


_FILTERS: Final = (
    _parameter("cursor", TEXT, "What an earlier answer gave as next"),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_LISTED}, f"{LISTED} unless given"),
    _parameter("q", TEXT, "Words of the name"),
    _parameter("format", TEXT, f"{', '.join(CHOICES)}; several separated by commas"),
    _parameter("since", TEXT, "Uploaded at this date or moment, or later"),
    _parameter("until", TEXT, "Uploaded before this date or moment"),
    _parameter("who", TEXT, "Uploaded by this person"),
)
_AGAIN: Final = _parameter("again", {"enum": ["1"]}, "Store a file that is there already once more")
_SAME: Final = {"200": {"description": "Exactly this file is there", "content": _json("UploadedImage")}}

PATHS: Final[Json] = {
    "/api/images": {
        "get": _operation("List images, the newest first", 200, _json("ImageList"), *_FILTERS),
        "post": _operation(
            "Store an image in one request", 201, _json("UploadedImage"), _NAME, _AGAIN,
            body=_FORM | _ANY_FILE, also=_SAME,
        ),
    },
    "/api/images/{id}": {
        "get": _operation("Show one image", 200, _json("Image"), _ID),
        "delete": _operation("Delete an image", 200, _json("Deleted"), _ID),
    },
    "/api/uploads": {
        "post": _operation("Sign a form for one file", 201, _json("Form"), body=_json("Claim")),
    },
    "/api/uploads/complete": {
        "post": _operation("Verify and promote what was stored", 200, _json("Image"), body=_json("Ticket")),
    },
    "/api/uploads/relay": {
        "post": _operation("Store a file through the app", 200, _json("Image"), _NAME, body=_ANY_FILE),
    },
    "/api/zip": {
        "get": _operation(
            "A selection as one archive", 200, {"application/zip": {"schema": FILE}},
            _parameter("ticket", TEXT, "What the page gives"), is_open=True,
        ),
    },
    "/i/{id}": {
        "get": _operation(
            "Lead to an image", 302, None, _ID,
            _parameter("download", TEXT, "Save it under its name"),
            _parameter("size", {"enum": [size for size in SIZES if size]}, "Which of its pictures"),
            is_open=True,
        ),
    },
    "/s/{id}": {
        "get": _operation(
            "Show the images of a share", 200,
            {"text/html": {"schema": TEXT}}, _ID, is_open=True,
        ),
    },
    "/s/{id}/zip": {
        "get": _operation(
            "The images of a share as one ZIP", 200,
            {"application/zip": {"schema": {"type": "string", "format": "binary"}}}, _ID, is_open=True,
        ),
    },
    "/s/{id}/{image}": {
        "get": _operation("Lead to one image of a share", 302, None, _ID, _IMAGE_OF_SHARE, is_open=True),
    },
    "/api/health": {"get": _operation("Whether uploads can work", 200, _json("Health"), is_open=True,
                                      also={"503": {"description": "Not now", "content": _json("Health")}})},
    "/api/alive": {"get": _operation("Whether the process answers", 200, _json("Alive"), is_open=True)},
    "/api/openapi.json": {
        "get": _operation("This description", 200, _json("Description"), is_open=True),
    },
}  # fmt: skip

DESCRIPTION: Final[Json] = {
    "openapi": "3.1.0",
    "info": {"title": "Image uploads", "version": VERSION},
    "paths": PATHS,
    "components": {
        "schemas": SCHEMAS,
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token of the Tokens page, or a pass",
            }
        },
    },
}


async def openapi(request: Request) -> Response:
    """The description itself; it tells nothing but what the handbook tells."""
    return answer(200, DESCRIPTION)
