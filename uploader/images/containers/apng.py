"""APNG: how many frames of an animated PNG are sound (https://www.w3.org/TR/png-3/#apng-frame-based-animation)."""

from uploader.images.containers.structure import Part

_SIZE_AND_PLACE = (12, 16, 20, 24)  # of the four numbers, from where an fcTL chunk begins


def sound_frames(data: bytes, parts: list[Part], width_px: int, height_px: int) -> int:
    """The frames before the first fault, and no more than are promised; at least 1, the still image.

    Browsers do the same: what is wrong with the animation costs its later frames, not the picture.
    """
    promised = sound = expected = 0
    image = begun = filled = False
    for part in parts:
        if part.kind == "acTL" and not image:
            if promised:
                return 1
            promised = int.from_bytes(data[part.start + 8 : part.start + 12], "big")
        elif part.kind == "IDAT":
            image, filled = True, filled or begun
        elif part.kind in ("fcTL", "fdAT"):
            starts = part.kind == "fcTL"
            sound += starts and filled
            in_order = int.from_bytes(data[part.start + 8 : part.start + 12], "big") == expected
            fits = _fits(data, part, width_px, height_px) if starts else begun and image
            if not in_order or not fits or (starts and begun and not filled):
                filled = False
                break
            expected += 1
            begun, filled = True, not starts
    return max(1, min(promised, sound + filled))


def _fits(data: bytes, part: Part, width_px: int, height_px: int) -> bool:
    """A frame must lie inside the picture."""
    width, height, left, top = (
        int.from_bytes(data[part.start + at : part.start + at + 4], "big") for at in _SIZE_AND_PLACE
    )
    return 0 < width <= width_px - left and 0 < height <= height_px - top
