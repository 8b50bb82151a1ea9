from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.names import NAME_BYTES, names_like, shortened


@given(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=300),
    st.sampled_from(["", ".mp4", ".x" * 200, "." + "y" * 300]),
)
def test_every_name_has_successors_the_drive_can_take(stem: str, suffix: str) -> None:
    candidates = names_like(f"/out/{stem}{suffix}")
    found = [next(candidates) for _ in range(12)]
    names = [os.path.basename(path) for path in found]
    assert len(set(names)) == 12
    assert all(0 < len(os.fsencode(name)) <= NAME_BYTES for name in names)
    assert all(os.path.dirname(path) == "/out" for path in found)
    assert all(f" ({number})" in name for number, name in enumerate(names, 1) if number > 1)


@pytest.mark.parametrize(
    ("name", "limit", "cut"), [("abc", 5, "abc"), ("abc", 2, "ab"), ("aé", 2, "a"), ("é", 1, ""), ("abc", -1, "")]
)
def test_names_are_cut_between_characters(name: str, limit: int, cut: str) -> None:
    assert shortened(name, limit) == cut
