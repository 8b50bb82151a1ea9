from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from pipeline.model.destination import Destination


@pytest.mark.parametrize(
    ("folder", "subfolder", "expected"),
    [
        (b"", b"", "/films"),
        (b"", b"Holiday/day 1", "/films"),
        (b"/out", b"", "/out/"),
        (b"/out", b"Holiday/day 1", "/out/Holiday/day 1"),
        (b"/out/caf\xe9", b"\xff", os.fsdecode(b"/out/caf\xe9/\xff")),
    ],
)
def test_results_go_beside_the_source_or_into_the_folder_with_the_tree(
    folder: bytes, subfolder: bytes, expected: str
) -> None:
    found = Destination(folder).folder_for("/films/clip.mov", subfolder)
    assert Path(found) == Path(expected)


def test_what_replaces_its_source_goes_beside_it_whatever_folder_is_chosen() -> None:
    assert Path(Destination(b"/out", replace_source=True).folder_for("/films/clip.mov", b"Holiday")) == Path("/films")
    assert [Destination(*given).is_beside_source for given in ((), (b"/out",), (b"/out", "rename", True))] == [
        True, False, True,
    ]  # fmt: skip


def test_it_goes_to_the_store_and_back() -> None:
    destination = Destination(b"/out/caf\xe9", "overwrite", True)
    assert msgspec.json.decode(msgspec.json.encode(destination), type=Destination) == destination


def test_a_rule_nobody_knows_is_not_read() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"if_exists": "destroy"}', type=Destination)
