from __future__ import annotations

import pytest

import resources


def test_what_is_shipped_is_found_and_read() -> None:
    assert resources.path("icons/film.svg").is_file()
    assert "<svg" in resources.text("icons/film.svg")


def test_a_folder_lists_its_files_in_order() -> None:
    names = resources.names("fonts")
    assert names == tuple(sorted(names))
    assert "Inter-Regular.ttf" in names


@pytest.mark.parametrize("folder", ["fonts", "icons"])
def test_the_works_of_others_have_their_licence_beside_them(folder: str) -> None:
    assert any("LICENSE" in name for name in resources.names(folder))


def test_what_was_not_shipped_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        resources.text("icons/nothing.svg")
