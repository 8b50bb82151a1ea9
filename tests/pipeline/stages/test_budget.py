"""A film that is encoded to be as large as was asked for, by talking with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.acts.count import CountPackets
from pipeline.model.problem import PipelineError, Problem
from pipeline.model.source import Source
from pipeline.model.stage import Call, Run, Script, Step, Tick
from pipeline.stages.budget import LEAST_SHARE, Try, next_kbps, refuse_budget, to_size
from pipeline.stages.goal import Reached
from tests.pipeline.stages.canned import SOURCES, audio, source, video, wanted
from tests.pipeline.stages.goals import aiming
from tests.support.drive import drive

FILM = SOURCES["1080p"]
LONG = source("long.mp4", video(frames=5000, duration_s=200.0), audio(duration_s=200.0), duration_s=200.0)
SOUND = 200_000
OVERHEAD = 6_000

Encoder = Callable[[float], float]


def exact(kbps: float, seconds: float = 10.0) -> float:
    """An encoder that does what it is told."""
    return kbps * 1000 / 8 * seconds


class World:
    """Plays an encoder: how many bytes of film it makes of a bit rate, and of its finest quality."""

    def __init__(self, encoder: Encoder = exact, finest: float = 1e12, sound: int = SOUND) -> None:
        self.encoder, self.finest, self.sound = encoder, finest, sound
        self.steps: list[Step] = []
        self._made: dict[str, float] = {}

    def makes(self, film: Source, **sets: Any) -> Reached | Problem:
        """What comes of a film."""
        ended: list[Reached] = []
        assert film.info is not None
        made = aiming(film, rate="size", **sets)

        def script() -> Script:
            assert film.info is not None
            ended.append((yield from to_size(film, film.info, made)))
            return ()

        talk = drive(script())
        while not talk.is_over:
            self.steps.append(talk.asked)
            if isinstance(talk.asked, Call):
                act = talk.asks_for_call()
                assert isinstance(act, CountPackets)
                talk.answers(value={"value": [self._counted(os.fsdecode(name)) for name in act.files]})
            else:
                run = talk.asks_for_run()
                for name in run.step.makes:
                    self._made[name] = self._film(run.argv, run.argv_text, name)
                talk.answers(last_tick=Tick(out_time_s=10.0, frame=250))
        return ended[0] if ended else talk.gives_up()

    def runs(self, label: str) -> list[Run]:
        """The Steps with this label."""
        return [step for step in self.steps if isinstance(step, Run) and step.label == label]

    def _film(self, argv: tuple[str, ...], text: str, name: str) -> float:
        if ".sound." in name:
            return 0.0
        if "-crf:v:0" in argv:
            return self.finest
        if "-b:v:0" in argv:
            return self.encoder(float(argv[argv.index("-b:v:0") + 1].removesuffix("k")))
        return max(self._made.values(), default=0.0)  # the remux of what was encoded last

    def _counted(self, name: str) -> dict[str, Any]:
        film = self._made.get(name.replace(".mp4", ".encode.mp4"), self._made.get(name, 0.0))
        whole = int(film) + (self.sound if self.sound else 0) + OVERHEAD
        stream = {"index": 0, "kind": "video", "packets": 250, "first_pts_s": 0.0, "last_end_s": 10.0}
        more = {"bytes": int(film), "keyframes": 1, "key_bytes": 1, "sizes": []}
        return {"bytes": whole, "streams": [stream | more]}


def reached(world: World, film: Source = FILM, **sets: Any) -> Reached:
    """What came of a film that can be made."""
    made = world.makes(film, **sets)
    assert isinstance(made, Reached), made
    return made


def refused(world: World, film: Source = FILM, **sets: Any) -> Problem:
    """Why a film was not made."""
    made = world.makes(film, **sets)
    assert isinstance(made, Problem), made
    return made


def warned(made: Reached) -> list[str]:
    """Codes of what is said."""
    return [warning.code for warning in made.warnings]


def test_sound_is_measured_first_then_the_film_is_made_in_two_turns() -> None:
    world = World()
    made = reached(world, target_mb=3.0)
    assert [step.label for step in world.steps] == [
        "Encode", "See how large the sound is", "Look through the film", "Encode", "Write the file",
        "See how large it is",
    ]  # fmt: skip
    (first,), (_, second) = world.runs("Look through the film"), world.runs("Encode")
    assert first.makes == ("result.turns-0.log", "result.turns-0.log.mbtree")
    assert first.command.argv[first.command.argv.index("-pass:v:0") + 1] == "1"
    assert second.command.argv[second.command.argv.index("-pass:v:0") + 1] == "2"
    assert set(first.makes) <= set(second.reads)
    assert made.made.result == "result.try-1.mp4"
    assert made.measures["tries"] == 1
    assert not made.warnings


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
@pytest.mark.parametrize("factor", [0.6, 0.93, 1.05, 1.4])
def test_an_encoder_that_is_wrong_is_corrected_with_the_same_first_turn(codec: str, factor: float) -> None:
    world = World(lambda kbps: exact(kbps) * factor)
    made = reached(world, target_mb=3.0, video=codec)
    assert not made.warnings
    assert made.measures["tries"] <= 3
    assert len(world.runs("Look through the film")) == (0 if codec == "av1" else 1)


@settings(deadline=None)
@given(
    st.floats(0.3, 3.0),
    st.floats(0.7, 1.3),
    st.floats(1.0, 40.0),
    st.floats(0.0, 20_000.0),
)
def test_any_encoder_whose_size_follows_its_bit_rate_lands_in_the_band(
    factor: float, power: float, target_mb: float, floor: float
) -> None:
    world = World(lambda kbps: floor + factor * exact(kbps) ** power * 3e6 ** (1 - power))
    made = reached(world, target_mb=target_mb, accept_poor=True)
    assert not made.warnings


def test_each_try_has_files_of_its_own() -> None:
    world = World(lambda kbps: exact(kbps) * 1.4)
    reached(world, target_mb=3.0)
    files = [name for step in world.steps if isinstance(step, Run) for name in step.makes]
    assert len(files) == len(set(files))


def test_the_bar_never_goes_back() -> None:
    world = World(lambda kbps: exact(kbps) * 1.4)
    reached(world, target_mb=3.0)
    ends = [step.part[0] / step.part[1] for step in world.steps if not isinstance(step, tuple)]  # type: ignore[union-attr]
    assert ends == sorted(ends)
    assert max(ends) <= 1.0001


def test_what_is_allowed_more_than_anyone_sees_is_made_at_its_finest_and_said() -> None:
    world = World(finest=3_000_000)
    made = reached(world, target_mb=100.0)
    assert made.made.result == "result.finest.mp4"
    assert warned(made) == ["size_not_needed"]
    assert "100 MB" in made.warnings[0].message
    assert not world.runs("Look through the film")


def test_what_is_generous_but_not_enough_for_the_finest_is_made_to_fit() -> None:
    made = reached(World(finest=50_000_000), target_mb=30.0)
    assert made.made.result.startswith("result.try-")
    assert not made.warnings


def test_an_encoder_that_makes_no_more_of_more_is_left_at_its_end() -> None:
    world = World(lambda kbps: min(exact(kbps), 1_500_000))
    made = reached(world, target_mb=3.0)
    assert warned(made) == ["size_not_needed"]
    assert len(world.runs("Encode")) <= 4


def test_an_encoder_that_cannot_make_less_says_what_it_came_to() -> None:
    problem = refused(World(lambda kbps: max(exact(kbps), 2_000_000)), target_mb=1.0)
    assert problem.code == "size_out_of_reach"
    assert "2.21 MB" in problem.why


def test_a_wish_that_is_impossible_is_refused_before_anything_runs() -> None:
    uhd = source("film.mp4", video(width=3840, height=2160, frames=270_000, duration_s=10_800.0), audio(),
                 duration_s=10_800.0)  # fmt: skip
    world = World()
    problem = refused(world, uhd, target_mb=10.0)
    assert problem.code == "size_too_small"
    assert not world.steps
    assert "10 MB" in problem.message
    assert "3:00:00 of 3840×2160" in problem.message
    assert "7.41 kb/s" in problem.why
    assert "2,291 MB" in problem.remedy.text


def test_poor_pictures_are_made_where_they_are_accepted() -> None:
    assert refused(World(lambda kbps: exact(kbps, 200)), LONG, target_mb=4.0).code == "size_too_small"
    made = reached(World(lambda kbps: exact(kbps, 200)), LONG, target_mb=4.0, accept_poor=True)
    assert not made.warnings


def test_sound_that_is_larger_than_all_is_refused_with_its_size() -> None:
    world = World(sound=4_000_000)
    problem = refused(world, target_mb=3.0)
    assert problem.code == "sound_too_large"
    assert "4.01 MB" in problem.message
    assert not world.runs("Look through the film")


def test_sound_alone_fits_or_does_not() -> None:
    assert refused(World(sound=4_000_000), SOURCES["wav"], container="m4a", video="none", target_mb=3.0).code == (
        "sound_too_large"
    )
    made = reached(World(sound=2_000_000), SOURCES["wav"], container="m4a", video="none", target_mb=3.0)
    assert warned(made) == ["size_not_needed"]


def test_a_silent_film_has_no_sound_to_measure() -> None:
    world = World(sound=0)
    reached(world, SOURCES["video-only"], target_mb=3.0)
    assert len(world.runs("Encode")) == 1


def test_a_film_whose_length_nobody_knows_is_counted_first() -> None:
    world = World(sound=0)
    made = world.makes(SOURCES["raw-h264"], target_mb=3.0)
    assert world.steps[0].label == "Count what is in the source"
    assert isinstance(made, Reached)


@pytest.mark.parametrize(
    ("sets", "option"),
    [
        ({"target_mb": 0.0}, "target_mb"),
        ({"video": "copy"}, "rate"),
        ({"video": "prores"}, "rate"),
        ({"video": "gif"}, "rate"),
    ],
)
def test_what_has_no_size_to_choose_is_refused(sets: dict[str, Any], option: str) -> None:
    with pytest.raises(PipelineError) as raised:
        refuse_budget(wanted("mkv", **{"rate": "size", **sets}))
    assert raised.value.problem.code == "bad_option"
    assert option in raised.value.problem.message
    refuse_budget(wanted("mkv", **{"rate": "crf", **sets}))


def test_between_two_tries_the_next_lies_between_them() -> None:
    tries = [Try(1000.0, 1_300_000, 1_250_000), Try(500.0, 700_000, 650_000)]
    kbps = next_kbps(tries, 1_000_000)
    assert kbps is not None
    assert 500.0 < kbps < 1000.0
    assert LEAST_SHARE * 950_000 < 650_000 + (kbps - 500) * 1200 < 1_000_000


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[libx264] requested bitrate is too low. estimated minimum is 900 kbps", "1.12 MB"),
        ("x265 [error]: requested bitrate is too low. estimated minimum is 1737304 kbps", "does not even begin"),
    ],
)
def test_an_encoder_that_refuses_to_begin_says_what_it_needs(line: str, why: str) -> None:
    made = aiming(FILM, rate="size", target_mb=1.0, audio="none")

    def script() -> Script:
        assert FILM.info is not None
        yield from to_size(FILM, FILM.info, made)
        return ()

    talk = drive(script())
    talk.answers()
    talk.answers(exit_code=187, stderr=line)
    problem = talk.gives_up()
    assert problem.code == "size_out_of_reach"
    assert why in problem.why
