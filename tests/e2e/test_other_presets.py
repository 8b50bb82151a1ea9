"""`remux-mp4` and `audio-mp3` over a clip of every kind: made, or refused before any work with the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.model.job import Job
from pipeline.model.state import State
from tests.support import audit, child
from tests.support.builders import CLIPS, Media

pytestmark = pytest.mark.slow

KINDS = tuple(name for name in CLIPS if not name.endswith((".jpg", ".gif")))

# What a preset cannot do, with the code of the Problem. Everything else it does.
CANNOT: dict[str, dict[str, str]] = {
    "remux-mp4": {
        "mono.wav": "codec_not_for_container",
        "odd_321x181.mkv": "codec_not_for_container",
        "vorbis.ogg": "codec_not_for_container",
        "raw.h264": "no_times",
    },
    "audio-mp3": dict.fromkeys(
        ("av1.mkv", "full_range.mp4", "high10.mp4", "live.webm", "raw.h264", "video_only.mp4"), "no_stream"
    ),
}


@pytest.fixture(scope="module", params=list(CANNOT))
def jobs(request: pytest.FixtureRequest, media: Media, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Job]:
    """The jobs of one preset over all clips, by the name of their source."""
    place = tmp_path_factory.mktemp(request.param)
    (place / "in").mkdir()
    for name in KINDS:
        shutil.copyfile(media.clip(name), place / "in" / name)
    ended = child.reelyard(
        "run", "convert", place / "in", "--preset", request.param, "-o", place / "out", "--home", place / "home",
        "--jobs", "2", "--json",
    )  # fmt: skip
    found = audit.books(place / "home").jobs
    assert ended.summary["failed"] == len(CANNOT[request.param])
    assert audit.strangers(place / "out", [job for job in found if job.artifacts]) == []
    return {job.name: job for job in found}


@pytest.mark.parametrize("name", KINDS)
def test_a_clip_of_every_kind_is_made_or_refused(name: str, jobs: dict[str, Job]) -> None:
    job = jobs[name]
    code = CANNOT[job.flow.steps[0].preset].get(name)
    if code is not None:
        assert job.state is State.FAILED
        assert job.problem is not None
        assert job.problem.code == code
        assert job.artifacts == ()
        return
    assert job.state is State.COMPLETED, job.problem
    assert audit.faults_of_results([job]) == []


def test_tracks_an_mp3_has_no_room_for_are_told(jobs: dict[str, Job]) -> None:
    warned = {name: [warning.code for warning in job.warnings] for name, job in jobs.items() if job.warnings}
    is_audio = Path(jobs["plain.mp3"].artifacts[0].file).suffix == ".mp3"
    assert warned == ({"tracks.mkv": ["tracks_left_out"]} if is_audio else {})
