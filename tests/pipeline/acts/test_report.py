from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.acts.report import Reported, WriteReport
from pipeline.engine.cancel import Cancel
from pipeline.model.problem import Warn
from tests.pipeline.stages.canned import SOURCES

INFO = SOURCES["tracks"].info
assert INFO is not None
ACT = WriteReport(
    target="report.json",
    source_name="Zoë.mkv".encode(),
    source_bytes=1_000_000,
    info=INFO,
    recipe="convert",
    preset="web-1080p",
    options={"max_height": 1080, "also": [{"container": "webm"}]},
    commands=("ffmpeg -i file:Zoë.mkv file:result.mp4",),
    ffmpeg="9.0.2",
    results=(
        Reported(
            "result.mp4", "Zoë.mp4".encode(), {"duration_s": 10.0, "frames": 250}, (Warn("x", "Look there.", 3.2),)
        ),
        Reported("result-2.webm", b"Zo\xeb.webm"),
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "result.mp4").write_bytes(b"x" * 1234)
    (tmp_path / "result-2.webm").write_bytes(b"x" * 56)
    return tmp_path


def written(act: WriteReport, folder: Path) -> dict[str, Any]:
    """What it writes."""
    size = act.run(Cancel(), lambda tick: None, str(folder))
    raw = (folder / act.target).read_bytes()
    assert len(raw) == size
    found: dict[str, Any] = json.loads(raw)
    return found


def test_it_says_what_was_made_of_what_and_how(folder: Path) -> None:
    found = written(ACT, folder)
    assert list(found) == ["schema", "source", "recipe", "preset", "options", "commands", "ffmpeg", "results"]
    assert (found["schema"], found["recipe"], found["preset"], found["ffmpeg"]) == (1, "convert", "web-1080p", "9.0.2")
    assert (found["source"]["name"], found["source"]["bytes"]) == ("Zoë.mkv", 1_000_000)
    streams = found["source"]["media"]["streams"]
    assert [stream["codec"] for stream in streams][:3] == ["h264", "aac", "ac3"]
    assert found["options"] == {"max_height": 1080, "also": [{"container": "webm"}]}
    assert found["commands"] == ["ffmpeg -i file:Zoë.mkv file:result.mp4"]
    assert found["results"] == [
        {
            "name": "Zoë.mp4",
            "bytes": 1234,
            "measures": {"duration_s": 10.0, "frames": 250},
            "warnings": [{"code": "x", "message": "Look there.", "at_s": 3.2}],
        },
        {"name": "Zo\ufffd.webm", "name_b64": "Wm/rLndlYm0=", "bytes": 56, "measures": {}, "warnings": []},
    ]


def test_it_can_be_read_without_a_program(folder: Path) -> None:
    written(ACT, folder)
    lines = (folder / "report.json").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "{"
    assert '    "name": "Zoë.mkv",' in lines


def test_what_is_not_known_is_null(folder: Path) -> None:
    found = written(msgspec.structs.replace(ACT, preset="", ffmpeg=""), folder)
    assert (found["preset"], found["ffmpeg"]) == (None, None)


def test_it_may_be_run_twice(folder: Path) -> None:
    (folder / "report.json").write_text("half of an old and much longer one" * 1000)
    assert written(ACT, folder) == written(ACT, folder)


def test_its_fields_are_its_key() -> None:
    same = msgspec.json.decode(msgspec.json.encode(ACT), type=WriteReport)
    assert msgspec.json.encode(same) == msgspec.json.encode(ACT)
    other = msgspec.structs.replace(ACT, commands=())
    assert msgspec.json.encode(other) != msgspec.json.encode(ACT)


def test_a_result_that_is_not_there_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ACT.run(Cancel(), lambda tick: None, str(tmp_path))
