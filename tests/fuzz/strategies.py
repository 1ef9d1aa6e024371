"""What strangers may send: any text, and any JSON."""

from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.just(10**400)
THINGS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3)
)
