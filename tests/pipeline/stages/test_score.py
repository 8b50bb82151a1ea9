"""The words that score what comes out of an encoder, and how many scores a computer has room for."""

from __future__ import annotations

import pytest

from pipeline.acts.scores import PoolScores
from pipeline.model.machine import UNKNOWN, Machine
from pipeline.model.stage import Script
from pipeline.stages.score import MODEL, MODEL_4K, Pair, Scoring, model_of, pooled, room_for, scoring
from tests.pipeline.stages.playing import scored
from tests.support.drive import drive

HD, UHD = (1920, 1080), (3840, 2160)


def graph(*pairs: Pair) -> str:
    """The graph of these words."""
    words = scoring(pairs)
    return words[words.index("-filter_complex") + 1]


def test_one_film_is_scored_against_what_its_encoder_was_given() -> None:
    words = scoring([Pair("0:0", "1:0", Scoring("result.vmaf.json", threads=4))])
    assert words[:4] == ("-dec", "1:0", "-dec", "0:0")
    assert (
        "[d0][r0]libvmaf=log_fmt=json:log_path=result.vmaf.json:model=version=vmaf_v0.6.1:n_threads=4[q0]" in words[5]
    )
    assert words[6:8] == ("-map", "[q0]")
    assert words[-2:] == ("null", "-")


def test_tries_that_were_given_the_same_share_its_decoder() -> None:
    pairs = [Pair(f"{at}:0", "2:0", Scoring(f"{at}.json")) for at in range(2)]
    assert scoring(pairs).count("-dec") == 3
    assert "[dec:0]settb=1/1000,setpts=N,split=2[r0][r1]" in graph(*pairs)


def test_rungs_that_were_given_pictures_of_their_own_have_decoders_of_their_own() -> None:
    pairs = [Pair("0:0", "2:0", Scoring("a.json")), Pair("1:0", "3:0", Scoring("b.json"))]
    assert scoring(pairs).count("-dec") == 4
    assert graph(*pairs).count("split=1") == 2


def test_frames_are_paired_by_number_whatever_their_times() -> None:
    assert graph(Pair("0:0", "1:0", Scoring("a.json"))).count("setpts=N") == 2


@pytest.mark.parametrize(
    ("size", "model"), [(HD, MODEL), ((1080, 1920), MODEL), (UHD, MODEL_4K), ((2160, 3840), MODEL_4K)]
)
def test_a_4k_picture_is_looked_at_from_nearer(size: tuple[int, int], model: str) -> None:
    assert model_of(size) == model


def test_larger_and_deeper_pictures_take_more_room() -> None:
    machine = Machine(cores=8, memory_bytes=16 << 30)
    assert room_for(machine, (640, 360), 8) > room_for(machine, HD, 8) > room_for(machine, UHD, 8) >= 1
    assert room_for(machine, HD, 10) < room_for(machine, HD, 8)
    assert room_for(Machine(cores=2, memory_bytes=2 << 30), UHD, 10) == 0
    assert room_for(UNKNOWN, UHD, 10) == 1


def test_scores_are_read_once_they_are_written() -> None:
    found: list[float] = []

    def reads() -> Script:
        found.extend(each.mean for each in (yield from pooled(["a.json", "b.json"])))
        return ()

    talk = drive(reads(), there=("a.json", "b.json"))
    assert talk.asks_for_call() == PoolScores(("a.json", "b.json"))
    talk.answers(value=[scored(90.0), scored(91.0)])
    assert found == [90.0, 91.0]
