"""The gallery page under AppTest: opened at an address, and read."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Open = Callable[[], AppTest]


def gallery(open_page: Open, **address: str) -> AppTest:
    page = open_page()
    page.switch_page("gallery/page.py")
    for name, value in address.items():
        page.query_params[name] = value
    return page.run()


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.error, page.warning, page.info, page.text)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def in_address(page: AppTest, name: str) -> str:
    found = page.query_params.get(name, "")
    return found[0] if isinstance(found, list) else found
