"""Many files, several at a time; one that is refused never stops the others."""

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from uploader.command.file_choice import Choice
from uploader.command.image_store import Image, ImageStore
from uploader.command.progress_line import ProgressLine
from uploader.errors import UploaderError


@dataclass(frozen=True, slots=True)
class Put:
    """How a file fared: its image, or the sentence that says why there is none."""

    choice: Choice
    image: Image | None = None
    sentence: str = ""


def put_files(store: ImageStore, choices: Sequence[Choice], *, again: bool, at_once: int) -> Iterator[Put]:
    """Stores files and tells of each in the order in which they were named."""
    sizes = [0 if choice.sentence else choice.path.stat().st_size for choice in choices]
    locks = {
        size: threading.Lock() for size in sizes
    }  # so that the second of two equal files finds the first
    line = ProgressLine(sys.stderr, files=len(choices), size_bytes=sum(sizes))

    def put(number: int) -> Put:
        choice = choices[number]
        try:
            if choice.sentence:
                return Put(choice, sentence=choice.sentence)
            with locks[sizes[number]]:
                image = store.put(choice.path, again=again, on_sent=partial(line.sent, number))
            return Put(choice, image)
        except UploaderError as error:
            return Put(choice, sentence=str(error))
        except OSError as error:
            return Put(choice, sentence=f"This file cannot be read: {error.strerror}.")
        finally:
            line.done(number, sizes[number])

    with ThreadPoolExecutor(at_once, thread_name_prefix="put") as pool:
        try:
            for done in pool.map(put, range(len(choices))):
                line.clear()
                yield done
        except BaseException:  # Ctrl+C: what has not begun does not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
