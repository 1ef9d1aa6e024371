"""/s/<id>: a page of shared images for people with or without an account, its images and its ZIP.

The page needs no script, and its links begin beside it, so that it works under any base path.
"""

from collections.abc import Callable, Sequence
from datetime import UTC
from functools import partial
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from uploader import errors
from uploader.api.bearer import QUICK, by_cookie
from uploader.api.json_api import in_thread, spend
from uploader.flow import app as flow
from uploader.flow.access import Access
from uploader.flow.gallery.gallery import Tile
from uploader.flow.gallery.zip_stream import stream_zip
from uploader.flow.shares import Share
from uploader.people import NOBODY

_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>{title}</title>
<style>
:root {{ font: 16px/1.5 system-ui, sans-serif; color-scheme: light dark; }}
body {{ max-width: 1280px; margin: 0 auto; padding: 1.5rem; color: CanvasText; background: Canvas; }}
h1 {{ font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }}
header {{ display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: end; margin-bottom: 1.5rem; }}
header > div {{ flex: 1 1 16rem; min-width: 0; }}
p {{ margin: 0; opacity: .75; }}
.zip {{ padding: .5rem 1rem; border-radius: .5rem; background: #0b66d8; color: #fff; text-decoration: none; }}
ul {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(170px, 38vw), 1fr));
  list-style: none; margin: 0; padding: 0; }}
li a {{ display: block; color: inherit; text-decoration: none; border-radius: .5rem; }}
li img {{ display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: .5rem;
  background: color-mix(in srgb, CanvasText 8%, Canvas); }}
li span {{ display: block; padding-top: .375rem; font-size: .875rem; overflow: hidden; white-space: nowrap;
  text-overflow: ellipsis; }}
a:focus-visible {{ outline: 3px solid #4c9dff; outline-offset: 3px; }}
</style></head><body><main>{body}</main></body></html>
"""


async def share_page(request: Request) -> Response:
    """The page of a share: its title, its images that are still there, and a way to save them all."""
    access = await _access(request)
    try:
        share, tiles = await in_thread(partial(_opened, access, request), QUICK)
    except errors.ObjectMissing as error:
        return _page(404, "Nothing here", f"<h1>Nothing here</h1><p>{escape(str(error))}</p>")
    except errors.NotAllowed:
        if access.person is NOBODY and "text/html" in request.headers.get("accept", ""):
            return Response(None, 302, {"Location": "../", "Cache-Control": "no-store"})
        raise
    return _page(200, share.title, _body(share, tiles, access.app.permanent.id_of))


async def share_image(request: Request) -> Response:
    """Leads to one image of a share: 302, or 404 where it is not in it or was deleted."""
    access = await _access(request)
    find = partial(access.share_target, request.path_params["id"], request.path_params["image"])
    target = await in_thread(find, QUICK)
    return Response(None, 302, {"Location": target.url, **_HEADERS})


async def share_zip(request: Request) -> Response:
    """The images of a share as one ZIP, streamed."""
    access = await _access(request)
    share, tiles = await in_thread(partial(_opened, access, request), QUICK)
    app = access.app
    name = f"images {share.made_at:%Y-%m-%d}.zip"
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return Response(None, 200, headers, media_type="application/zip")
    pieces = stream_zip(app.gallery, app.bucket, [tile.key for tile in tiles], web_copies=app.web_copies)
    return StreamingResponse(pieces, 200, headers, media_type="application/zip")


async def _access(request: Request) -> Access:
    app, person = await in_thread(flow.application, QUICK), by_cookie(request)
    await spend(app.rates, "image", request, person.id)
    return Access(app, person)


def _opened(access: Access, request: Request) -> tuple[Share, list[Tile]]:
    share = access.open_share(request.path_params["id"])
    return share, [access.app.gallery.tile(key) for key in access.app.shares.images(share)]


def _body(share: Share, tiles: Sequence[Tile], id_of: Callable[[str], str]) -> str:
    count = f"{len(tiles)} image{'' if len(tiles) == 1 else 's'}"
    ends = f", until {share.ends_at.astimezone(UTC):%-d %B %Y, %H:%M} UTC" if share.ends_at else ""
    path = escape(share.id)
    zipped = f'<a class="zip" href="{path}/zip">Download all</a>' if tiles else ""
    items = "".join(
        f'<li><a href="{path}/{id_of(tile.key)}">'
        f'<img src="{escape(tile.thumbnail_url)}" alt="{escape(tile.name)}" loading="lazy">'
        f"<span>{escape(tile.name)}</span></a></li>"
        for tile in tiles
    )
    grid = f"<ul>{items}</ul>" if tiles else "<p>All images of this selection were deleted.</p>"
    return f"<header><div><h1>{escape(share.title)}</h1><p>{count}{ends}</p></div>{zipped}</header>{grid}"


def _page(status: int, title: str, body: str) -> Response:
    return Response(_PAGE.format(title=escape(title), body=body), status, _HEADERS, media_type="text/html")
