from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.model.event import StepStarted
from pipeline.model.job import Artifact
from pipeline.model.problem import PipelineError, result_wrong
from pipeline.model.source import Source
from pipeline.model.stage import Scratch, Script
from pipeline.model.state import State, Trigger
from tests.pipeline.engine.bench import MAKE, noted, one
from tests.pipeline.engine.runners import Options, copies, runner_in
from tests.pipeline.store.support import INFO


def test_the_second_recipe_of_a_flow_gets_the_first_ones_result(tmp_path: Path) -> None:
    seen: list[Source] = []

    def second(source: Source, options: Options, scratch: Scratch) -> Script:
        seen.append(source)
        return (yield from copies(source, options, scratch))

    with runner_in(tmp_path, copies, second=second) as bench:
        job = bench.ended(bench.job("scripted", "second"))
        assert job.state is State.COMPLETED, job.problem
        assert bench.results() == ["clip.out"]
        assert (bench.out / "clip.out").read_bytes() == b"abc" * 4
        assert (seen[0].file, seen[0].alias, seen[0].size, seen[0].info) == ("1-1/b", b"clip.out", 6, INFO)
        assert bench.probed[1].endswith("1-1/b")
        stages = [told.event.stage for told in bench.engine.told if isinstance(told.event, StepStarted)]
        assert stages == ["1.make", "1.use", "2.make", "2.use"]


def test_every_result_of_a_recipe_is_a_source_of_the_next_and_sidecars_are_kept(tmp_path: Path) -> None:
    def splits(source: Source, options: Options, scratch: Scratch) -> Script:
        names = [scratch.path(name) for name in ("one", "two", "log", "tmp")]
        yield from MAKE.does(one(noted("split", "", *names)))
        kinds: Any = ("result", "result", "sidecar", "scratch")
        return tuple(
            Artifact(name.encode(), kind, f"{source.stem}-{Path(name).name}.x".encode())
            for name, kind in zip(names, kinds, strict=True)
        )

    with runner_in(tmp_path, splits, second=copies) as bench:
        job = bench.ended(bench.job("scripted", "second"))
        assert job.state is State.COMPLETED, job.problem
        assert bench.results() == ["clip-log.x", "clip-one.out", "clip-two.out"]
        assert [made.kind for made in job.artifacts] == ["sidecar", "result", "result"]


def test_a_flow_goes_on_where_it_failed(tmp_path: Path) -> None:
    fails = [True]

    def second(source: Source, options: Options, scratch: Scratch) -> Script:
        made = yield from copies(source, options, scratch)
        if fails[0]:
            raise PipelineError(result_wrong("It is too short", (scratch.path("b"),)))
        return made

    with runner_in(tmp_path, copies, second=second) as bench:
        job = bench.ended(bench.job("scripted", "second"))
        assert job.problem is not None and job.problem.code == "result_wrong"
        assert bench.ran() == ["make", "use", "make", "use"]
        assert bench.left(job)[0] == 3, "the condemned file's maker is forgotten"
        assert bench.scratch_of(job).exists()
        fails[0] = False
        bench.engine.scheduler.offer(job.id, Trigger.RETRY)
        assert bench.ended(job).state is State.COMPLETED
        assert bench.ran() == ["use"]
        assert bench.results() == ["clip.out"]


@pytest.mark.parametrize(
    ("recipe", "options", "code"),
    [
        ("gone", {}, "unknown_recipe"),
        ("scripted", {"crf": 99}, "bad_option"),
        ("scripted", {"old": 1}, "unknown_option"),
    ],
)
def test_a_job_of_another_version_fails_in_words(
    tmp_path: Path, recipe: str, options: dict[str, Any], code: str
) -> None:
    with runner_in(tmp_path) as bench:
        job = bench.ended(bench.job(recipe, **options))
        assert job.problem is not None and job.problem.code == code
        assert not (bench.out / ".reelyard").exists()
