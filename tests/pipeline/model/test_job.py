from __future__ import annotations

import os
import uuid

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import job as jobs
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Artifact, Job, Progress, new_id
from pipeline.model.problem import Warn, not_media
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.state import State

INFO = MediaInfo("matroska", None, (MediaStream(0, "video", "h264", frame_rate=29.97),))


def a_job(path: bytes = b"/films/clip.mov", **fields: object) -> Job:
    source = Source(path, subfolder=b"Holiday", size=10, mtime_ns=1, info=INFO)
    return msgspec.structs.replace(
        Job("id", 1, source, Flow((FlowStep("convert"),)), Destination(b"/out", "skip")), **fields
    )


def test_it_is_called_after_its_source() -> None:
    assert a_job().name == "clip.mov"
    assert a_job(b"/films/caf\xe9.mov").name == "caf\ufffd.mov"


def test_its_results_go_where_the_tree_says() -> None:
    assert a_job().destination_folder == os.path.join("/out", "Holiday")


@pytest.mark.parametrize("path", [b"/films/clip.mov", b"/films/caf\xe9 \xff.mov", "/films/日本.mov".encode()])
def test_a_snapshot_goes_to_the_store_and_back(path: bytes) -> None:
    job = a_job(
        path,
        state=State.FAILED,
        attempt=3,
        problem=not_media(path, "detail"),
        progress=Progress(12.5, "encode", 50.0, eta_ms=1000),
        artifacts=(Artifact(path, "sidecar", b"x", 5, {"vmaf": 95.5}, (Warn("w", "A warning.", 1.5),)),),
        held_by="crash",
        waiting_for="lane",
    )
    assert msgspec.json.decode(msgspec.json.encode(job), type=Job) == job


def test_a_snapshot_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        a_job().state = State.RUNNING  # type: ignore[misc]


def test_an_artifact_gives_its_path_as_file_functions_take_it() -> None:
    assert os.fsencode(Artifact(b"/out/caf\xe9").file) == b"/out/caf\xe9"


def test_ids_are_uuids_of_version_7_that_sort_by_age() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    found = [uuid.UUID(each) for each in ids]
    assert {(each.version, each.variant) for each in found} == {(7, uuid.RFC_4122)}


@given(st.lists(st.integers(min_value=1_700_000_000_000, max_value=1_700_000_000_003), max_size=50))
def test_ids_sort_by_age_even_if_the_clock_goes_back(times_ms: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_LAST_ID_MS", 0)
        patch.setattr(jobs, "_ID_COUNTER", 0)
        ticks = iter(times_ms)
        patch.setattr("time.time_ns", lambda: next(ticks) * 1_000_000)
        ids = [new_id() for _ in times_ms]
    assert ids == sorted(set(ids))


def test_a_millisecond_with_more_ids_than_its_counter_borrows_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 4_000_000_000_000 * 1_000_000)
    monkeypatch.setattr(jobs, "_LAST_ID_MS", 0)
    ids = [new_id() for _ in range(3 * 0x1000)]
    assert ids == sorted(set(ids))
