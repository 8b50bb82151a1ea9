from __future__ import annotations

import base64
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import wire
from pipeline.model.destination import Destination
from pipeline.model.event import Event, JobChanged, JobCreated, JobRemoved, JobUpdated, Noticed, Told, Unknown, type_of
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.problem import Warn
from pipeline.model.source import Source
from pipeline.model.state import State
from tests.pipeline.model.examples import EVENTS, INFO, JOB, ODD_PATH, PROBLEM

EPOCH = "170000000000042"
AT_MS = 1_700_000_000_007


def told(event: Event, *, sub: int = 0, job_seq: int = 3) -> Told:
    return Told(event, 12, sub, job_seq, AT_MS, EPOCH)


@pytest.mark.parametrize("event", EVENTS, ids=type_of)
def test_every_event_comes_back_from_the_journal_as_it_went_in(event: Event) -> None:
    type_, raw = wire.to_journal(event)
    assert type_ == type_of(event)
    assert wire.from_journal(type_, raw) == event


@pytest.mark.parametrize(
    ("type_", "raw", "kept"),
    [
        ("job.sung", b'{"song": 1}', {"song": 1}),
        ("job.removed", b'{"type": "job.removed"}', {"type": "job.removed"}),
        ("job.state", b'{"type": "job.state", "job_id": 4}', {"type": "job.state", "job_id": 4}),
        ("job.removed", b"[1, 2]", [1, 2]),
        ("job.removed", b"{broken", "{broken"),
        ("job.removed", b"", ""),
        ("job.removed", b"\xff\xfe", "\ufffd\ufffd"),
        ("job.removed", b'{"type": "job.removed", "job_id": "\xff"}', '{"type": "job.removed", "job_id": "\ufffd"}'),
    ],
)
def test_what_this_version_cannot_read_is_kept_as_it_is(type_: str, raw: bytes, kept: object) -> None:
    assert wire.from_journal(type_, raw) == Unknown(type_, kept)


@given(st.text(max_size=10), st.binary(max_size=60))
def test_nothing_in_a_journal_is_an_error(type_: str, raw: bytes) -> None:
    wire.from_journal(type_, raw)
    wire.from_journal("job.state", raw)


def test_a_field_of_a_later_version_does_no_harm() -> None:
    raw = b'{"type": "job.removed", "job_id": "a", "new": 1}'
    assert wire.from_journal("job.removed", raw) == JobRemoved("a")


# The envelope, as other programs rely on it -----------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS, ids=type_of)
@pytest.mark.parametrize("sub", [0, 5])
def test_the_envelope_has_what_is_promised(event: Event, sub: int) -> None:
    made = wire.envelope(told(event, sub=sub))
    sent: dict[str, Any] = json.loads(wire.line(made))
    assert sent["v"] == 1
    assert re.fullmatch(r"[0-9]{15}-[0-9]{1,15}(\.[0-9]{1,9})?", sent["id"])
    assert sent["id"] == f"{EPOCH}-12" + (".5" if sub else "")
    assert sent["type"] == type_of(event)
    assert sent["ts"] == "2023-11-14T22:13:20.007Z"
    assert isinstance(sent["data"], dict)
    assert not {"job_id", "attempt", "type"} & sent["data"].keys() or isinstance(event, Unknown)
    assert sent.get("job_id") == (None if isinstance(event, Noticed | Unknown) else JOB)
    assert sent.get("attempt", 1) >= 1
    assert b"\n" not in wire.line(made)


def test_what_is_not_there_is_left_out_of_the_envelope() -> None:
    made = wire.envelope(told(Noticed("error", PROBLEM), job_seq=0))
    assert made.keys() == {"v", "id", "type", "ts", "data"}
    assert "job_seq" in wire.envelope(told(JobRemoved(JOB)))


DATA: dict[str, dict[str, Any]] = {
    "job.created": {"name": "clip \ufffd.mov", "recipe": "convert + stream", "num": 7, "batch_id": "a-batch"},
    "job.step": {"stage": "2.encode", "label": "Convert: Encode"},
    "job.warning": {"code": "damaged", "message": "Damaged 3.2 s into it.", "at_s": 3.2},
    "job.removed": {},
    "job.log": {"level": "warning", "line": "corrupt decoded frame \ufffd"},
    "job.progress": {
        "percent": 47.5, "stage": "encode", "stage_percent": 12.3, "current": 3.0, "total": 10.0, "message": "pass 1",
        "eta_ms": 240_000, "rate": 1.8, "fps": 25.0, "bit_rate": 3e5, "out_bytes": 9000,
    },
    "job.sung": {"song": "la", "notes": [1, 2.5, None]},
    "job.artifact": {
        "path": '/out/caf\ufffd \ufffd "quoted"\n.mp4', "path_b64": base64.b64encode(ODD_PATH).decode(),
        "kind": "sidecar", "bytes": 2**40, "measures": {"vmaf": 95.25, "frames": 180},
    },
}  # fmt: skip


@pytest.mark.parametrize("event", [event for event in EVENTS if type_of(event) in DATA], ids=type_of)
def test_the_data_of_events(event: Event) -> None:
    assert wire.envelope(told(event))["data"] == DATA[type_of(event)]


def test_a_change_says_both_states_and_the_whole_problem() -> None:
    data = wire.envelope(told(EVENTS[1]))["data"]
    assert (data["state"], data["prior_state"], data["reason"], data["held_by"]) == (
        "failed", "running", "fail", "crash",
    )  # fmt: skip
    assert data["problem"] == {
        "code": "disk_full", "message": "The disk is full: /out.", "why": "It did not fit.",
        "remedy": "Free some space.", "action": "free_space", "detail": "No space left\non device",
    }  # fmt: skip
    plain = wire.envelope(told(JobChanged(JOB, State.RUNNING, State.PENDING, 1)))["data"]
    assert (plain["reason"], plain["held_by"], plain["problem"]) == (None, None, None)


def test_an_update_says_what_is_in_the_source() -> None:
    data = wire.envelope(told(EVENTS[3]))["data"]
    assert data["source"]["path_b64"] == base64.b64encode(ODD_PATH).decode()
    assert data["source"]["media"]["streams"][0]["codec"] == "h264"
    assert (data["priority"], data["place"], data["waiting_for"]) == (-1, -1024.5, "retry")


def test_what_a_job_does_not_have_is_null_in_its_events_as_in_its_snapshot() -> None:
    updated = wire.envelope(told(JobUpdated(JOB)))["data"]
    assert [updated[name] for name in ("held_by", "waiting_for", "waiting_why")] == [None] * 3
    assert wire.envelope(told(JobCreated(JOB, "a", "convert", 1)))["data"]["batch_id"] is None


@given(st.binary(max_size=30))
def test_a_path_crosses_as_text_and_with_its_bytes_where_text_cannot_carry_it(path: bytes) -> None:
    fields = json.loads(wire.line(dict(wire.path_fields(path))))
    assert fields["path"] == path.decode("utf-8", "replace")
    carried = base64.b64decode(fields["path_b64"]) if "path_b64" in fields else fields["path"].encode()
    assert carried == path


# Jobs as objects ---------------------------------------------------------------------------------------------------


def a_job(**fields: Any) -> Job:
    source = Source(b"/films/clip.mov", size=5, mtime_ns=1, info=INFO)
    return Job(JOB, 7, source, Flow((FlowStep("convert", "web"),)), Destination(b"/out"), **fields)


def test_a_plain_job_as_an_object() -> None:
    found = json.loads(wire.line(wire.job_object(a_job(created_ms=AT_MS))))
    nothing = ("batch_id", "held_by", "waiting_for", "waiting_why", "problem", "started_at", "ended_at")
    assert [found[name] for name in nothing] == [None] * len(nothing)
    assert found["source"] == {"path": "/films/clip.mov"}
    assert found["destination"] == {"path": "/out"}
    assert (found["state"], found["attempt"], found["preset"]) == ("pending", 1, "web")
    assert found["created_at"] == "2023-11-14T22:13:20.007Z"


def test_a_job_made_of_a_link_has_its_address() -> None:
    job = msgspec.structs.replace(a_job(), source=Source(url="https://example.com/a"))
    found = wire.job_object(job)
    assert found["source"] == {"url": "https://example.com/a"}
    assert found["destination"] is None


def test_the_summary_counts_every_ending() -> None:
    made = Artifact(ODD_PATH, size=9)
    jobs = [
        a_job(state=State.COMPLETED, artifacts=(made,), warnings=(Warn("w", "A warning."),)),
        a_job(state=State.FAILED, problem=PROBLEM),
        a_job(state=State.PENDING),
    ]
    found = json.loads(wire.line(wire.finished(jobs)))
    assert [found[key] for key in ("completed", "failed", "skipped", "canceled")] == [1, 1, 0, 0]
    assert [job["state"] for job in found["jobs"]] == ["completed", "failed", "pending"]
    assert found["jobs"][0]["artifacts"][0]["bytes"] == 9
    assert found["jobs"][0]["warnings"][0]["message"] == "A warning."
    assert found["jobs"][1]["problem"]["code"] == "disk_full"


def test_a_message_that_is_no_event_has_no_id() -> None:
    assert wire.control("run.finished", {"a": 1}, AT_MS) == {
        "v": 1, "type": "run.finished", "ts": "2023-11-14T22:13:20.007Z", "data": {"a": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00.000Z"),
        (999, "1970-01-01T00:00:00.999Z"),
        (1_709_164_799_001, "2024-02-28T23:59:59.001Z"),
        (4_102_444_800_000, "2100-01-01T00:00:00.000Z"),
    ],
)
def test_times_are_utc_with_milliseconds(ms: int | None, text: str | None) -> None:
    assert wire.timestamp(ms) == text


def test_percents_have_one_decimal_and_the_unknown_is_null() -> None:
    found = wire.progress_object(Progress(percent=33.3333, stage_percent=None))
    assert (found["percent"], found["stage_percent"], found["eta_ms"]) == (33.3, None, None)


def test_what_a_probe_found_is_plain_json() -> None:
    assert json.loads(wire.line(wire.media_object(INFO)))["streams"][0]["title"] == "日本"
