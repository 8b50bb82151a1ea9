from __future__ import annotations

import io
import json
from typing import Any

import msgspec
import pytest

from app.cli.report import JsonLines, PlainLines, ending
from pipeline.model.destination import Destination
from pipeline.model.event import JobProgressed, JobUpdated, Noticed, Told
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.problem import Warn, destination_exists, not_media, store_unwritable, tool_failed
from pipeline.model.source import Source
from pipeline.model.state import State
from tests.support.fake_core import EPOCH

JOB = Job(
    id="1", num=1, source=Source(path=b"/in/clip.mov"), flow=Flow((FlowStep("convert"),)), destination=Destination()
)
MADE = Artifact(path=b"/out/clip.mp4", size=12_400_000)


def job(**changes: Any) -> Job:
    return msgspec.structs.replace(JOB, **changes)


def told(event: Any) -> Told:
    return Told(event, 7, 0, 2, 1_700_000_000_000, EPOCH)


def plain() -> tuple[PlainLines, io.StringIO, io.StringIO]:
    out, errors = io.StringIO(), io.StringIO()
    return PlainLines(out, errors), out, errors


@pytest.mark.parametrize(
    ("ended", "line"),
    [
        (
            job(state=State.COMPLETED, artifacts=(MADE,), started_ms=1, active_ms=3000),
            "clip.mov: completed, 12.4 MB (clip.mp4), 3 s",
        ),
        (
            job(state=State.COMPLETED, artifacts=(MADE, MADE), started_ms=1, active_ms=65_000),
            "clip.mov: completed, 2 files, 24.8 MB, 1 min 05 s",
        ),
        (
            job(
                state=State.COMPLETED,
                artifacts=(msgspec.structs.replace(MADE, measures={"replaced_bytes": 40_100_000}),),
            ),
            "clip.mov: completed, 12.4 MB (clip.mp4), in place of 40.1 MB",
        ),
        (
            job(state=State.COMPLETED, artifacts=(MADE,), warnings=(Warn("undone", "Undone."),)),
            "clip.mov: completed, 12.4 MB (clip.mp4), undone since",
        ),
        (job(state=State.FAILED, started_ms=1, active_ms=400), "clip.mov: failed, 0.4 s"),
        (job(state=State.FAILED), "clip.mov: failed"),
        (job(state=State.CANCELED), "clip.mov: canceled"),
        (
            job(state=State.SKIPPED, problem=destination_exists(b"/out/clip.mp4"), started_ms=1),
            "clip.mov: skipped. The result is there already: /out/clip.mp4.",
        ),
        (job(source=Source(path=b"/in/two\nlines\xff.mov"), state=State.CANCELED), "two�lines�.mov: canceled"),
    ],
)
def test_an_ended_job_is_one_line(ended: Job, line: str) -> None:
    assert ending(ended) == line


def test_a_failure_is_a_line_here_and_its_sentences_there() -> None:
    report, out, errors = plain()
    report.begin([JOB])
    report.ended(job(state=State.FAILED, problem=not_media(b"/in/clip.mov")), 2, 5)
    assert out.getvalue() == "[2/5] clip.mov: failed\n"
    assert errors.getvalue().startswith("reelyard: This is not a media file: /in/clip.mov. ")


def test_what_a_tool_said_stands_below_the_failure() -> None:
    report, _, errors = plain()
    report.ended(job(state=State.FAILED, problem=tool_failed("ffmpeg", 1, "No such filter: 'x'")), 1, 1)
    assert errors.getvalue().splitlines()[1] == "    No such filter: 'x'"


def test_a_warning_stands_under_its_job() -> None:
    report, out, _ = plain()
    report.ended(job(state=State.COMPLETED, warnings=(Warn("damaged", "Damaged 3.2 s into it.", 3.2),)), 1, 1)
    assert out.getvalue() == "[1/1] clip.mov: completed\n      Damaged 3.2 s into it.\n"


def test_what_concerns_all_and_what_is_waited_for_is_said_once_it_happens() -> None:
    report, out, errors = plain()
    report.begin([JOB])
    report.told(told(JobProgressed("1", 1, Progress(percent=5))))
    report.told(told(JobUpdated("1", waiting_for="lane")))
    report.told(told(JobUpdated("1", waiting_for="disk", waiting_why="The disk is full.")))
    report.told(told(Noticed("error", store_unwritable("disk I/O error"))))
    assert out.getvalue() == "clip.mov: waiting. The disk is full.\n"
    assert errors.getvalue().startswith("reelyard: The history cannot be written, so nothing new is started. ")


def test_one_job_needs_no_summary_and_several_have_one() -> None:
    done = job(state=State.COMPLETED)
    report, out, _ = plain()
    report.finish([done])
    assert out.getvalue() == ""
    report.finish([done, job(state=State.FAILED)])
    assert out.getvalue().startswith("1 completed, 1 failed in ")


def test_what_is_left_is_said_with_the_way_to_finish_it() -> None:
    report, out, _ = plain()
    report.finish([job(state=State.PENDING)])
    assert out.getvalue().splitlines()[0].startswith("1 not finished in ")
    assert out.getvalue().splitlines()[1] == "“reelyard resume” finishes what is left."


def test_json_is_one_envelope_a_line_and_ends_with_run_finished() -> None:
    out = io.BytesIO()
    report = JsonLines(out)
    report.begin([JOB])
    report.told(told(JobProgressed("1", 1, Progress(percent=5))))
    report.ended(JOB, 1, 1)
    report.finish([job(state=State.COMPLETED, artifacts=(MADE,)), job(state=State.FAILED, problem=not_media(b"/x"))])
    first, last = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["type"], first["job_id"], first["data"]["percent"]) == ("job.progress", "1", 5.0)
    assert "id" not in last and last["type"] == "run.finished"
    data = last["data"]
    assert {name: data[name] for name in ("completed", "failed", "skipped", "canceled")} == {
        "completed": 1, "failed": 1, "skipped": 0, "canceled": 0,
    }  # fmt: skip
    assert data["jobs"][0]["artifacts"] == [
        {"path": "/out/clip.mp4", "kind": "result", "bytes": 12_400_000, "measures": {}}
    ]
    assert data["jobs"][1]["problem"]["message"] == "This is not a media file: /x."
