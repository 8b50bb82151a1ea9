from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.acts.report import Reported, WriteReport
from pipeline.engine.cancel import Cancel
from pipeline.model.job import Artifact
from pipeline.model.problem import Warn
from pipeline.model.source import Source
from pipeline.model.stage import Command, Run, Script, StepFailed, Talk, Together
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.reporting import changed, overheard, reported, without_folder
from tests.pipeline.stages.canned import SOURCES
from tests.support.drive import drive

FILM = SOURCES["1080p"]
A, B, C = (Run(Command(("ffmpeg", word))) for word in "abc")
RESULT = Artifact(b"result.mp4", name=b"film.mp4", measures={"duration_s": 10.0}, warnings=(Warn("x", "Look."),))


def as_script(talk: Talk[Any]) -> Script:
    """The same, for `drive`."""
    return (yield from talk)  # type: ignore[no-any-return]


def test_every_command_is_heard_and_nothing_is_changed() -> None:
    def script() -> Script:
        first = yield A
        try:
            yield B
        except StepFailed:
            yield Together((C, A))
        return (Artifact(str(first.value).encode()),)

    heard: list[Command] = []
    talk = drive(overheard(script(), heard))
    talk.answers(value="told")
    talk.answers(exit_code=1)
    talk.answers()
    assert talk.returns() == (Artifact(b"told"),)
    assert [command.argv[1] for command in heard] == ["a", "b", "c", "a"]


def test_a_script_that_is_given_up_is_closed() -> None:
    closed: list[str] = []

    def script() -> Script:
        try:
            yield A
        finally:
            closed.append("closed")
        return ()

    talk = overheard(script(), [])
    next(talk)
    talk.close()
    assert closed == ["closed"]


def asked(made: tuple[Artifact, ...], source: Source = FILM, **more: Any) -> tuple[WriteReport, Artifact]:
    """The act that writes the report, and the artifact it becomes."""
    assert source.info is not None
    command = Command(("ffmpeg", "-i", f"file:{source.file}", "file:result.mp4"))
    found: list[Artifact] = []

    def script() -> Script:
        options = OutputChoices(crf=20, report=True)
        talk = reported(source, source.info, options, made, [command], "report.json", recipe="convert", **more)  # type: ignore[arg-type]
        found.append((yield from talk))
        return tuple(found)

    talk = drive(script(), there=[each.file for each in made])
    act = talk.asks_for_call()
    assert isinstance(act, WriteReport)
    talk.answers(value=1)
    return act, talk.returns()[0]


def test_a_report_stands_beside_the_first_result_and_names_them_all() -> None:
    second = Artifact(b"result-2.webm", name=b"film.webm")
    act, sidecar = asked((RESULT, second, Artifact(b"other.json", kind="sidecar")), preset="p", ffmpeg="9")
    assert sidecar == Artifact(b"report.json", kind="sidecar", name=b"film.mp4.report.json")
    assert act.results == (
        Reported("result.mp4", b"film.mp4", {"duration_s": 10.0}, (Warn("x", "Look."),)),
        Reported("result-2.webm", b"film.webm"),
    )
    assert (act.preset, act.ffmpeg, act.options) == ("p", "9", {"crf": 20.0, "report": True})


def test_a_report_names_no_folder_of_this_computer(tmp_path: Path) -> None:
    act, _ = asked((RESULT,))
    (tmp_path / "result.mp4").write_bytes(b"x")
    act.run(Cancel(), lambda tick: None, str(tmp_path))
    text = (tmp_path / "report.json").read_text()
    assert "/media" not in text and str(tmp_path) not in text
    assert json.loads(text)["commands"] == ["ffmpeg -i file:film.mp4 file:result.mp4"]


@pytest.mark.parametrize(
    ("path", "argv", "without"),
    [
        ("/films/a.mov", ["-i", "file:/films/a.mov"], ["-i", "file:a.mov"]),
        ("/films/a.mov", ["-i", "file:/films/a.srt"], ["-i", "file:a.srt"]),
        ("/films/a.mov", ["-i", "file:/films/b/a.srt"], ["-i", "file:b/a.srt"]),
        ("/films/a.mov", ["-r", "30000/1001", "file:/luts/x.cube"], ["-r", "30000/1001", "file:/luts/x.cube"]),
        ("/my films: b/a.mov", ["subtitles=/my films\\\\: b/a.srt"], ["subtitles=a.srt"]),
        ("/it's, [x]/a.mov", ["subtitles=/it\\\\\\'s\\, \\[x\\]/a.srt:si=1"], ["subtitles=a.srt:si=1"]),
        ("/a.mov", ["-i", "file:/a.mov", "-r", "30000/1001"], ["-i", "file:a.mov", "-r", "30000/1001"]),
        ("1-1/a.mov", ["-i", "file:1-1/a.mov"], ["-i", "file:1-1/a.mov"]),
    ],
)
def test_commands_are_as_they_would_be_in_the_folder_of_the_source(
    path: str, argv: list[str], without: list[str]
) -> None:
    assert list(without_folder(argv, Source(path=os.fsencode(path)))) == without


def test_only_what_a_person_chose_counts_as_changed() -> None:
    assert changed(OutputChoices()) == {}
    assert changed(OutputChoices(min_saving=0, crf=None)) == {"min_saving": 0}
