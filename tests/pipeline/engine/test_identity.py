from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.engine.identity import changed, looked_at, still_there
from pipeline.model.problem import PipelineError
from pipeline.model.source import MediaInfo, Source
from tests.pipeline.store.support import INFO


@pytest.fixture
def source(tmp_path: Path) -> Source:
    file = tmp_path / "clip.mov"
    file.write_bytes(b"12345")
    return looked_at(Source(os.fsencode(file)), lambda path: INFO)


def test_a_look_finds_identity_and_content(source: Source) -> None:
    assert (source.size, source.mtime_ns, source.info) == (5, os.stat(source.file).st_mtime_ns, INFO)
    assert changed(source) is None
    assert still_there(source) == ()


def test_what_is_gone_when_it_is_looked_at_is_said(tmp_path: Path) -> None:
    def probe(path: str) -> MediaInfo:
        os.unlink(path)
        return INFO

    (tmp_path / "a.mov").write_bytes(b"1")
    with pytest.raises(PipelineError) as caught:
        looked_at(Source(os.fsencode(tmp_path / "a.mov")), probe)
    assert caught.value.problem.code == "source_missing"


@pytest.mark.parametrize(
    ("content", "mtime_ns", "code"),
    [
        (b"123456", None, "source_growing"),
        (b"1234", None, "source_changed"),
        (b"54321", 1, "source_changed"),
    ],
)
def test_content_that_is_not_what_it_was_spoils_the_result(
    source: Source, content: bytes, mtime_ns: int | None, code: str
) -> None:
    Path(source.file).write_bytes(content)
    if mtime_ns is not None:
        os.utime(source.file, ns=(mtime_ns, mtime_ns))
    found = changed(source)
    assert found is not None and found.code == code
    with pytest.raises(PipelineError):
        still_there(source)


def test_a_source_that_is_gone_in_the_end_is_only_worth_a_warning(source: Source) -> None:
    os.unlink(source.file)
    assert [warning.code for warning in still_there(source)] == ["source_vanished"]


def test_a_look_finds_the_subtitles_beside_it(source: Source, tmp_path: Path) -> None:
    (tmp_path / "clip.de.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nGut\n")
    (companion,) = looked_at(source, lambda path: INFO).companions
    assert (companion.file, companion.language) == (str(tmp_path / "clip.de.srt"), "deu")
