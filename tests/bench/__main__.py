"""Everything that this project claims about speed, in one table, beside what people would write instead.

    python -m tests.bench [--quick] [--only WORDS] [--profile WORDS] [--markdown FILE]

Each piece of work is done in turns by this project, by what people write instead and by the least that could
do it at all; the table gives medians, and how many times the other figures this project has. `--quick` takes
few and small files; `--only` and `--profile` take the works whose names hold these words. `--profile` also
says where the time went: CPU by process, and the counts behind it.
"""

import argparse
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog

from tests.bench.page_rows import check_work, local_app, page_works
from tests.bench.table import OURS, Line, Work, markdown, measure
from tests.bench.upload_rows import upload_works, uploads


def works(folder: Path, *, quick: bool) -> Iterator[Work]:
    """Every piece of work, each set up when its turn comes."""
    yield check_work(quick=quick)
    with uploads(folder / "uploads") as ready:
        yield from upload_works(ready, quick=quick)
    with local_app(folder / "pages") as app:
        yield from page_works(app, quick=quick)


def show(lines: list[Line]) -> None:
    """Prints lines in columns, as soon as they are known."""
    for line in lines:
        name, *figures = line.cells()
        print(f"{name:60}", *(f"{figure:24}" for figure in figures), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true", help="few and small files, one round")
    options.add_argument("--only", default="", metavar="WORDS")
    options.add_argument("--profile", default="", metavar="WORDS")
    options.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there too")
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("uploads", "pages"):
            (folder / part).mkdir()
        for work in works(folder, quick=asked.quick):
            if (asked.only or asked.profile) not in work.name:
                continue
            found = measure(work)
            show(found)
            lines += found
            if asked.profile:
                show([Line(f"  {name} ()", {OURS: figure}) for name, figure in work.profile().items()])
    if asked.markdown:
        asked.markdown.write_text(markdown(lines), "utf-8")
    print("\n" + markdown(lines))


if __name__ == "__main__":
    main()
