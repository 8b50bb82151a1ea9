from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.media import kept


def test_an_answer_is_kept_for_its_key_only(tmp_path: Path) -> None:
    folder = str(tmp_path / "made when needed")
    kept.write(folder, "a.json", ["x", 1], frozenset({"one"}))
    assert kept.read(folder, "a.json", ["x", 1], frozenset[str]) == frozenset({"one"})
    assert kept.read(folder, "a.json", ["x", 2], frozenset[str]) is None
    kept.write(folder, "a.json", ["x", 2], frozenset({"two"}))
    assert kept.read(folder, "a.json", ["x", 1], frozenset[str]) is None
    assert [file.name for file in Path(folder).iterdir()] == ["a.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"key": [1], "answer": {"a": 1}}', b"\xff\x00"])
def test_a_damaged_file_is_no_answer(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    assert kept.read(str(tmp_path), "a.json", [1], list[str]) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept.write(str(tmp_path / "file"), "a.json", [1], "x")
    kept.write(None, "a.json", [1], "x")
    assert kept.read(str(tmp_path / "file"), "a.json", [1], str) is None
    assert kept.read(None, "a.json", [1], str) is None
