"""The ASGI app: the page script, and the HTTP routes beside it.

dashboard.py    what `uploader run` starts; the dashboard.py of a checkout says the same

`streamlit run` serves routes only of a file with a literal `app = st.App(...)`, so each has one.
"""

from pathlib import Path
from typing import Any, Final

from uploader import api
from uploader.ui import server, signin

ENTRY: Final = Path(__file__).with_name("dashboard.py")
_PAGES: Final = Path(__file__).parents[1] / "ui" / "main.py"


def app_options() -> dict[str, Any]:
    """What `st.App` is made of, with Streamlit's own options set beforehand."""
    server.tighten()
    return {
        "script_path": _PAGES,
        "routes": api.ROUTES,
        "middleware": api.guard(
            server.hosts(),
            any_address=not server.listens_on_loopback(),
            inline_scripts=server.inline_scripts(),
            base_path=server.base_path(),
            person_of=signin.person_of,
        ),
        "lifespan": api.lifespan,
    }
