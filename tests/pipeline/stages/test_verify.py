"""The check as a conversation: good results pass with two questions, every broken one is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import Problem, tool_killed
from pipeline.model.source import Source
from pipeline.model.stage import Outcome, Script, Talk, Tick
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.selection import Selection
from pipeline.stages.transcode import Wrote
from pipeline.stages.verify import Checked, checked
from tests.pipeline.stages.canned import MKV, SOURCES, an_output, audio, source, video, wanted
from tests.pipeline.stages.playing import Held, Player, Spoil, changed, without
from tests.support.drive import drive

WEB = wanted("mp4", "h264", "aac")
REMUX = wanted("mp4", "copy", "copy")
MP3 = wanted("mp3", "none", "mp3")
COPIED_FILM = wanted("mp4", "copy", "aac")

GOOD = Outcome(last_tick=Tick(out_time_s=10.0, frame=250))


class Check:
    """One check of a result. `spoil` changes what the result holds from what was selected."""

    def __init__(
        self, kept: Source, choices: OutputChoices, *, spoil: Spoil = lambda held: held, wrote: Outcome = GOOD,
        there: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        assert kept.info is not None
        made_of = an_output(kept, choices, "result.mp4", "encode.mp4")
        self.selection: Selection = made_of.selection
        self.player = Player(kept)
        if there is not None:
            self.player.files[kept.file] = changed(there["kind"], **{k: v for k, v in there.items() if k != "kind"})(
                self.player.files[kept.file]
            )
        made = tuple(self.player.files[kept.file][each.stream.index] for each in self.selection.kept)
        self.player.files["result.mp4"] = spoil(made)
        tick = wrote.last_tick
        said = Wrote(wrote, tick.frame if tick else None, tick.out_time_s if tick else None)
        script = _shown(checked(kept, kept.info, made_of, said))
        self.talk = drive(script, there=["result.mp4", "encode.mp4"])

    def labels(self) -> list[str]:
        """What was asked, to the end."""
        return [step.label for step in self.player.answer_all(self.talk)]

    def problem(self) -> Problem:
        """Why the result was thrown away."""
        self.player.answer_all(self.talk)
        return self.talk.gives_up()

    def passed(self) -> Checked:
        """The result passed."""
        self.player.answer_all(self.talk)
        found: Checked = self.talk.returns()[0].measures["passed"]
        return found


def _shown(talk: Talk[Checked]) -> Script:
    found = yield from talk
    return (Artifact(b"passed", measures={"passed": found}),)


DECODE, COUNT, COMPARE = "Decode the result", "Count what is in the result", "Compare with the source"
COUNT_SOURCE = "Count what is in the source"


@pytest.mark.parametrize(
    ("name", "choices", "asked"),
    (
        ("1080p", WEB, [DECODE, COUNT]),
        ("tracks", WEB, [DECODE, COUNT]),
        ("cover-mp4", WEB, [DECODE, COUNT]),
        ("wav", WEB, [DECODE, COUNT]),
        ("mp3-cover", MP3, [DECODE, COUNT]),
        ("raw-h264", WEB, [DECODE, COUNT]),
        ("1080p", REMUX, [COMPARE]),
        ("tracks", REMUX, [COMPARE]),
        ("1080p", COPIED_FILM, [DECODE, COMPARE]),
    ),
)
def test_a_good_result_passes_with_no_more_questions_than_it_needs(
    name: str, choices: OutputChoices, asked: list[str]
) -> None:
    check = Check(SOURCES[name], choices)
    assert check.labels() == asked
    assert check.passed().length_s == 10.0


def test_only_what_was_encoded_is_decoded() -> None:
    run = Check(SOURCES["1080p"], COPIED_FILM).talk.asks_for_run()
    assert [run.argv[at + 1] for at, word in enumerate(run.argv) if word == "-map"] == ["0:1?"]
    assert run.command.expect_frames == 0


def test_the_decode_tells_its_progress() -> None:
    command = Check(SOURCES["1080p"], WEB).talk.asks_for_run().command
    assert (command.expect_frames, command.expect_s) == (250, 10.0)


SPOILT: dict[str, tuple[str, OutputChoices, Spoil, str]] = {
    "sound is missing": ("1080p", WEB, without("audio"), "It has 1 video; it should have 1 video, 1 audio."),
    "copied sound is missing": ("1080p", REMUX, without("audio"), "It has 1 video; it should have 1 video, 1 audio."),
    "nothing is in a copy": ("1080p", REMUX, lambda held: (), "It has no stream; it should have 1 video, 1 audio."),
    "one of two sounds is missing": (
        "tracks", WEB, lambda held: (held[0], *held[2:]), "It has 1 video, 1 audio, 1 subtitle; it should have "
        "1 video, 2 audio, 1 subtitle.",
    ),
    "subtitles are missing": ("tracks", WEB, without("subtitle"), "it should have 1 video, 2 audio, 1 subtitle."),
    "subtitles are empty": (
        "tracks", WEB, changed("subtitle", packets=0), "Stream 3 (subtitle) is empty; in the source it is not.",
    ),
    "cover is empty": (
        "cover-mp4", WEB, changed("cover", packets=0), "Stream 2 (cover) is empty; in the source it is not.",
    ),
    "cover is missing": ("cover-mp4", WEB, without("cover"), "it should have 1 video, 1 audio, 1 cover."),
    "a stream too many": ("1080p", WEB, lambda held: (*held, held[1]), "It has 1 video, 2 audio;"),
    "no streams at all": ("1080p", WEB, lambda held: (), "It could not be read back."),
    "no pictures": ("1080p", WEB, changed("video", packets=0), "It has 0 pictures that can be decoded"),
    "pictures are missing": ("1080p", WEB, changed("video", packets=249), "It has 249 pictures that can be decoded"),
    "sound ends early": (
        "1080p", WEB, changed("audio", end_s=9.0), "Sound 1 is 9.00 s long; in the source it is 10.00 s.",
    ),
    "all ends early": ("wav", WEB, changed("audio", end_s=9.0), "It ends at 9.00 s; the encoder wrote 10.00 s."),
    "packets of a copy are missing": (
        "1080p", REMUX, changed("audio", packets=468), "Stream 1 has 468 packets; the source has 470.",
    ),
    "a copy moved apart": (
        "1080p", REMUX, changed("audio", first_s=0.1, end_s=10.1), "Picture and sound moved apart by 0.100 s.",
    ),
    "times ran away": (
        "1080p", WEB, lambda held: tuple(replace(each, end_s=107.0) for each in held),
        "It is 107.0 s long; the source is 10.0 s long.",
    ),
    "pictures missing inside a copy": (
        "1080p", REMUX, changed("video", packets=200), "Stream 0 has 200 packets; the source has 250.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILT)
def test_a_broken_result_is_thrown_away_with_what_it_was_made_from(case: str) -> None:
    name, choices, spoil, why = SPOILT[case]
    check = Check(SOURCES[name], choices, spoil=spoil)
    problem = check.problem()
    assert problem.code == "result_wrong"
    assert why in problem.why
    assert problem.condemns == ("result.mp4", "encode.mp4")


@pytest.mark.parametrize(
    ("wrote", "why"),
    (
        (Outcome(), "The encoder ended without having said what it wrote."),
        (Outcome(last_tick=Tick(out_time_s=10.0, frame=251)), "can be decoded; the encoder wrote 251."),
        (Outcome(last_tick=Tick(out_time_s=10.0)), "can be decoded; the encoder wrote 0."),
        (Outcome(last_tick=Tick(out_time_s=12.0, frame=250)), "It ends at 10.00 s; the encoder wrote 12.00 s."),
    ),
)
def test_what_the_encoder_said_counts(wrote: Outcome, why: str) -> None:
    problem = Check(SOURCES["1080p"], WEB, wrote=wrote).problem()
    assert problem.code == "result_wrong"
    assert why in problem.why


def test_a_result_that_cannot_be_decoded_is_thrown_away_with_the_last_lines() -> None:
    check = Check(SOURCES["1080p"], WEB)
    # What ffmpeg 9.0.2 says of a file of noise.
    check.talk.answers(exit_code=183, stderr="[in#0] Error opening input: Invalid data found when processing input")
    problem = check.talk.gives_up()
    assert (problem.code, problem.why) == ("result_wrong", "It could not be read back.")
    assert "Invalid data found" in problem.detail


def test_a_fault_met_while_decoding_is_told_with_its_place() -> None:
    check = Check(SOURCES["1080p"], WEB)
    check.talk.answers(complaints=((4.2, "[h264] error while decoding MB 3 4"),), last_tick=GOOD.last_tick)
    assert check.talk.gives_up().why == "Decoding it met a fault 4.2 s into it."


def test_a_check_that_was_killed_says_nothing_about_the_result() -> None:
    check = Check(SOURCES["1080p"], WEB)
    check.talk.fails(tool_killed("ffmpeg", "SIGKILL"))
    assert check.talk.gives_up().code == "tool_killed"


def test_sound_that_stops_being_decodable_is_found() -> None:
    check = Check(SOURCES["wav"], WEB)
    check.talk.answers(last_tick=Tick(out_time_s=7.0))
    check.player.answer_all(check.talk)
    assert check.talk.gives_up().why == "Only 7.00 s of 10.00 s of sound could be decoded."


def test_a_source_whose_sound_is_shorter_than_it_says_is_looked_at_and_believed() -> None:
    short: dict[str, Any] = {"kind": "audio", "end_s": 8.0}
    check = Check(SOURCES["1080p"], WEB, there=short)
    assert check.labels() == [DECODE, COUNT, COUNT_SOURCE]
    assert check.passed().there is not None


def test_a_track_without_anything_in_it_stays_so() -> None:
    check = Check(SOURCES["tracks"], WEB, there={"kind": "subtitle", "packets": 0})
    assert check.labels() == [DECODE, COUNT, COUNT_SOURCE]
    assert check.passed()


@pytest.mark.parametrize(("choices", "asked"), ((WEB, [DECODE, COUNT, COUNT_SOURCE]), (REMUX, [COMPARE])))
def test_a_track_with_nothing_in_it_may_be_missing_and_is_told(choices: OutputChoices, asked: list[str]) -> None:
    check = Check(SOURCES["1080p"], choices, spoil=without("audio"), there={"kind": "audio", "packets": 0})
    assert check.labels() == asked
    passed = check.passed()
    assert [each.kind for each in passed.selection.kept] == ["video"]
    assert passed.left_out[0].message == "One track was left out: there is nothing in the source's own."


def test_a_source_that_cannot_be_counted_is_no_proof_against_its_result() -> None:
    check = Check(SOURCES["1080p"], WEB, spoil=changed("audio", end_s=9.0))
    check.player.answer(check.talk)
    check.player.answer(check.talk)
    check.talk.answers(value={"error": "Counting packets failed"})
    assert check.passed().there is None


def test_a_container_that_counts_pictures_wrongly_is_looked_at_and_forgiven() -> None:
    # An AVI may count a picture that is never shown.
    avi = source("old.avi", video(frames=251), audio(), container="avi")
    check = Check(avi, WEB)
    assert check.labels() == [DECODE, COUNT, "Count the source's pictures"]
    assert check.passed()


def test_pictures_lost_on_the_way_are_found_by_decoding_the_source() -> None:
    ten_fewer: Spoil = changed("video", packets=240)
    wrote = Outcome(last_tick=Tick(out_time_s=10.0, frame=240))
    assert Check(SOURCES["1080p"], WEB, spoil=ten_fewer, wrote=wrote).problem().why == (
        "It has 240 pictures; the source has 250."
    )


def test_a_source_that_complained_may_have_given_less() -> None:
    wrote = Outcome(last_tick=Tick(out_time_s=10.0, frame=240), complaints=((3.0, "[h264] Invalid NAL unit size"),))
    check = Check(SOURCES["1080p"], WEB, spoil=changed("video", packets=240), wrote=wrote)
    assert check.labels() == [DECODE, COUNT]
    assert check.passed()


def test_a_source_that_is_much_longer_than_it_says_may_give_a_longer_result() -> None:
    film = source("guessed.ts", video(frames=0), audio(), container="mpegts", duration_s=3.0)
    check = Check(film, WEB)
    assert check.labels() == [DECODE, COUNT, COUNT_SOURCE]
    assert check.passed().length_s == 10.0


def test_a_copy_that_begins_otherwise_but_ends_alike_has_not_moved() -> None:
    # An AVI does not say when its first picture is shown; what follows is where it was.
    avi = source("old.avi", video(frames=0), audio(), container="avi")
    assert Check(avi, REMUX, spoil=changed("video", first_s=-0.08)).passed()


def test_a_reader_may_pass_over_the_last_packet_of_sound() -> None:
    assert Check(SOURCES["1080p"], REMUX, spoil=changed("audio", packets=469)).passed()


def test_a_copy_may_leave_out_what_no_player_can_show() -> None:
    # A recording that was cut in front: 12 pictures before the first keyframe, which ffmpeg does not copy.
    film = source("recording.ts", video(frames=0), audio(), container="mpegts")

    def later(held: tuple[Held, ...]) -> tuple[Held, ...]:
        return changed("video", packets=238, first_s=0.48)(held)

    assert Check(film, REMUX, spoil=later).passed()


def test_a_copy_of_a_source_that_cannot_be_read_to_its_end_is_checked_alone() -> None:
    check = Check(SOURCES["1080p"], REMUX)
    check.talk.answers(value={"error": "Counting packets failed: [Errno 5] Input/output error"})
    assert check.labels() == [COUNT]
    assert check.passed().there is None


def test_a_copy_that_cannot_be_read_is_thrown_away() -> None:
    check = Check(SOURCES["1080p"], REMUX)
    check.talk.answers(value={"error": "Counting packets failed"})
    check.talk.answers(value={"error": "Counting packets failed: moov atom not found"})
    assert check.talk.gives_up().why == "It could not be read back."


def test_what_an_encoder_puts_before_the_beginning_is_not_part_of_the_length() -> None:
    check = Check(SOURCES["1080p"], WEB, spoil=changed("audio", first_s=-0.021))
    assert check.passed().length_s == 10.0


def test_chapters_before_a_cover_are_not_taken_for_it() -> None:
    def lost(held: tuple[Held, ...]) -> tuple[Held, ...]:
        return (*held[:2], Held("data", 3), replace(held[2], packets=0))

    why = Check(SOURCES["cover-mp4"], WEB, spoil=lost).problem().why
    assert why == "Stream 2 (cover) is empty; in the source it is not."


def test_chapters_in_mp4_are_no_stream_of_the_result() -> None:
    film = source("tracks.mkv", video(frames=0), audio(), container=MKV, chapters=3)
    assert Check(film, WEB, spoil=lambda held: (*held, Held("data", 3))).passed()
