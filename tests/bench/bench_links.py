"""S3 calls of a permanent address: with nothing signed before (cold), and for whoever follows it next (warm).

    python -m tests.bench.bench_links

Each is to take one: the listing that sees whether the image is still there and who may follow its address.
"""

import logging
import os
import tempfile

from tests.support.sample_image import picture
from uploader.flow import app as wired
from uploader.flow.access import Access
from uploader.people import ANYONE


def main() -> None:
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UPLOADER_LOCAL_DIR"] = folder
        app = wired.application()
        try:
            image = app.server_uploads.upload(picture(), "a.jpg", who="")
            calls: list[str] = []
            app.bucket._client.meta.events.register(
                "before-send.s3", lambda event_name, **_: calls.append(event_name.rpartition(".")[2])
            )
            for name in ("cold", "warm"):
                calls.clear()
                Access(app, ANYONE).follow(app.permanent.id_of(image.key))
                print(f"/i/ {name}: {len(calls)} S3 call ({', '.join(calls)})")
        finally:
            wired.close_application()


if __name__ == "__main__":
    main()
