"""What is not copied when an AVIF or HEIC file is made again, in words and with its bytes."""

from typing import Final, TypeAlias

from uploader.images import removals
from uploader.images.containers.boxes import Box
from uploader.images.containers.structure import Reader
from uploader.images.heif import properties, selection
from uploader.images.heif.meta import MetaWriter
from uploader.images.heif.ranges import gaps, merged
from uploader.images.heif.tracks import MovieWriter

Loss: TypeAlias = tuple[str, bytes]
"""A word of `removals`, and the bytes that went."""
_UUIDS: Final = {
    bytes.fromhex("be7acfcb97a942e89c71999491e3afac"): removals.EDITING,  # XMP
    bytes.fromhex("d8fec3d61b0e483c92975828877ec481"): removals.CREDENTIALS,  # C2PA
}
_BOXES: Final = {
    "mpvd": removals.VIDEO,
    "moof": removals.VIDEO,
    "sefd": removals.TRAILER,
    "jumb": removals.CREDENTIALS,
}


def found(
    reader: Reader, top: list[Box], metas: list[MetaWriter], movies: list[MovieWriter], *, keeps_private: bool
) -> list[Loss]:
    """A word for each thing that is not copied, and its bytes."""
    data, lost = reader.data, list[Loss]()
    for meta in metas:
        lost += selection.describe(meta.contents, meta.kept)
        lost += [] if keeps_private else _properties(data, meta)
    for movie in movies if not keeps_private else ():
        lost += _movie(movie)
    known = [run for meta in metas for run in meta.contents.all_ranges()]
    known = merged(known + [run for movie in movies for run in movie.ranges(every=True)])
    for box in top:
        body = data[box.body : box.end]
        if box.kind == "mdat":
            hidden = gaps(known, box.body, box.end)
            lost.append((removals.OTHER, b"".join(data[start:end] for start, end in hidden)))
        elif box.kind == "uuid":
            lost += [] if keeps_private else [(_UUIDS.get(body[:16], removals.OTHER), body)]
        elif box.kind not in ("ftyp", "meta", "moov"):
            lost.append((_BOXES.get(box.kind, removals.OTHER), body))
    return lost


def _movie(movie: MovieWriter) -> list[Loss]:
    kinds = movie.kinds()
    words = {
        removals.SOUND: "soun" in kinds,
        removals.DATES: movie.is_dated(),
        removals.OTHER: bool({"udta", "meta"} & kinds),
    }
    return [(word, word.encode()) for word, is_there in words.items() if is_there]


def _properties(data: bytes, meta: MetaWriter) -> list[Loss]:
    bodies = [(box.kind, data[box.body : box.end]) for box in meta.contents.properties]
    return [
        (properties.describe(kind), body) for kind, body in bodies if properties.cleaned(kind, body) != body
    ]
