"""Burning subtitles in: which one, how it is made ready, and the filters that draw it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import pytest

from pipeline.acts.fonts import LayFonts
from pipeline.media.command import command, output, source_input
from pipeline.model.machine import Fonts, Machine
from pipeline.model.problem import disk_full, no_stream
from pipeline.model.source import MediaStream, Source
from pipeline.model.stage import Outcome, Scratch
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.selection import Kept
from pipeline.stages.span import WHOLE, Span
from pipeline.stages.subtitles import Burn, burns, burnt, undrawn
from tests.pipeline.stages.canned import SOURCES, source, subtitle, video
from tests.support.drive import Talk, drive

OURS = Fonts("Inter", ("/fonts/Inter-Regular.ttf",))
FILM = source(
    "film.mkv",
    video(0),
    subtitle(1, "subrip", language="eng", is_forced=True),
    subtitle(2, "ass", language="eng"),
    subtitle(3, "hdmv_pgs_subtitle", language="deu"),
    subtitle(4, "subrip", language="fra", is_default=True),
    MediaStream(index=5, kind="attachment", codec="font/ttf"),
)
BESIDE = (Kept(subtitle(0, "subrip", language="deu"), "copy", file="beside-1.srt"),)


def burning(
    kept: Source = FILM, beside: Sequence[Kept] = (), fonts: Fonts | None = None, span: Span = WHOLE, **changes: Any
) -> tuple[Talk, list[Burn | None]]:
    """The conversation, and what it will have made ready."""
    assert kept.info is not None
    info, made = kept.info, list[Burn | None]()
    choices = OutputChoices(**{"subtitles": "burn", **changes})
    scratch = Scratch(machine=Machine(fonts=fonts))

    def script() -> Generator[Any, Outcome, tuple[()]]:
        made.append((yield from burnt(kept, info, span, choices, scratch, beside)))
        return ()

    return drive(script()), made


def drawn(burn: Burn | None, part: str = "over") -> str:
    """The filters it comes to."""
    assert burn is not None
    film = source_input(FILM)["0"]
    argv = command(output([burn.over(film) if part == "over" else burn.under(film)], "result.mkv")).argv
    return argv[argv.index("-filter_complex") + 1] if "-filter_complex" in argv else ""


@pytest.mark.parametrize(
    ("languages", "index"),
    (("", 4), ("eng", 2), ("de,en", 3), ("en,de", 2)),
)
def test_the_one_that_players_would_take_is_burnt_and_forced_ones_only_for_want_of_others(
    languages: str, index: int
) -> None:
    talk, made = burning(subtitle_languages=languages)
    if index == 3:
        assert talk.returns() == ()
        assert "[0:3]" in drawn(made[0], "under")
    else:
        assert talk.asks_for_run().value_of("-map") == "0:5"
        assert f"0:{index}" in talk.asks_for_run().argv


def test_a_file_beside_the_source_comes_first() -> None:
    talk, made = burning(beside=BESIDE)
    assert talk.returns() == ()
    assert made[0] is not None
    assert (made[0].text, made[0].files) == ("beside-1.srt", ("beside-1.srt",))
    assert drawn(made[0]) == "[0:0]subtitles=filename=beside-1.srt[s0]"


def test_text_is_taken_out_with_the_fonts_it_may_need() -> None:
    talk, made = burning(subtitle_languages="eng")
    run = talk.asks_for_run()
    assert [run.argv[at + 1] for at, word in enumerate(run.argv) if word == "-map"] == ["0:2", "0:5"]
    assert (run.value_of("-c:s"), run.step.makes) == ("copy", ("burn.mkv",))
    talk.answers()
    assert talk.is_over
    assert made[0] == Burn(text="burn.mkv", laid=("burn.mkv",))


def test_attachments_that_cannot_be_written_again_are_done_without() -> None:
    talk, made = burning(subtitle_languages="eng")
    talk.fails(no_stream(FILM.path, "mimetype"))
    run = talk.asks_for_run()
    assert [run.argv[at + 1] for at, word in enumerate(run.argv) if word == "-map"] == ["0:2"]
    talk.answers()
    assert talk.is_over
    assert made[0] is not None


def test_a_full_disk_is_left_to_the_runner() -> None:
    plain = source("film.mp4", video(0), subtitle(1, "mov_text"))
    talk, _ = burning(plain)
    assert talk.asks_for_run().value_of("-c:s") == "ass"
    talk.fails(disk_full("/out"))
    assert talk.gives_up().code == "disk_full"


@pytest.mark.parametrize(
    ("languages", "are_all", "family"),
    (("fra", False, "Inter"), ("eng", False, ""), ("eng", True, "Inter"), ("fra", True, "Inter")),
)
def test_plain_text_is_drawn_in_ours_and_styled_text_where_there_is_no_other(
    languages: str, are_all: bool, family: str
) -> None:
    fonts = Fonts(OURS.family, OURS.files, are_all)
    talk, made = burning(fonts=fonts, subtitle_languages=languages)
    talk.answers()
    assert talk.asks_for_call() == LayFonts(OURS.files, "fonts")
    talk.answers()
    assert talk.is_over
    assert made[0] is not None
    assert (made[0].fonts, made[0].family) == ("fonts", family)
    assert made[0].files == ("burn.mkv", "fonts/Inter-Regular.ttf")
    style = ":force_style=FontName\\\\=Inter" if family else ""
    assert drawn(made[0]) == f"[0:0]subtitles=filename=burn.mkv:fontsdir=fonts{style}[s0]"


def test_text_keeps_the_times_of_the_whole_so_that_of_a_part_they_are_shifted_there_and_back() -> None:
    talk, made = burning(beside=BESIDE, span=Span(2.5, 3.0))
    assert talk.is_over
    assert drawn(made[0]) == (
        "[0:0]setpts=PTS+round(2.5/TB)[s0];[s0]subtitles=filename=beside-1.srt[s1];[s1]setpts=PTS-round(2.5/TB)[s2]"
    )


def test_bitmaps_are_laid_on_the_picture_of_the_source_as_wide_as_it_is() -> None:
    talk, made = burning(subtitle_languages="deu", span=Span(2.5))
    assert talk.is_over
    filters = drawn(made[0], "under")
    assert "scale=1920:-1" in filters
    assert "overlay=eof_action=pass:format=auto:x=(W-w)/2:y=H-h" in filters
    assert drawn(made[0]) == ""


def test_bitmaps_of_a_film_that_stands_are_as_wide_as_that_is() -> None:
    phone = source("phone.mkv", video(0, rotation=270), subtitle(1, "dvd_subtitle"))
    _, made = burning(phone)
    assert "scale=1080:-1" in drawn(made[0], "under")


def test_bitmaps_beside_the_source_are_not_burnt() -> None:
    talk, _ = burning(SOURCES["1080p"], (Kept(subtitle(0, "dvd_subtitle"), "copy", file="beside-1.mkv"),))
    assert talk.gives_up().code == "no_subtitle"


@pytest.mark.parametrize(
    ("name", "languages", "why"),
    (
        ("1080p", "", "It has none that can be drawn, and no file with one lies beside it."),
        ("tracks", "kor", "None of its subtitles is in kor, and no file with one lies beside it."),
    ),
)
def test_without_a_subtitle_to_burn_it_is_refused(name: str, languages: str, why: str) -> None:
    talk, _ = burning(SOURCES[name], subtitle_languages=languages)
    problem = talk.gives_up()
    assert (problem.code, problem.why) == ("no_subtitle", why)


def test_captions_nobody_can_draw_are_none() -> None:
    talk, _ = burning(source("tv.ts", video(0), subtitle(1, "eia_608"), subtitle(2, "dvb_teletext")))
    assert talk.gives_up().code == "no_subtitle"


def test_nothing_can_be_burnt_into_what_is_copied() -> None:
    talk, _ = burning(video="copy")
    assert talk.gives_up().code == "bad_option"


@pytest.mark.parametrize("changes", ({"subtitles": "keep"}, {"video": "none"}))
def test_nothing_is_made_ready_in_vain(changes: dict[str, Any]) -> None:
    talk, made = burning(**changes)
    assert talk.returns() == ()
    assert made == [None]
    assert not burns(OutputChoices(**{"subtitles": "burn", **changes}))


def test_letters_without_a_font_are_said_once() -> None:
    line = "[Parsed_subtitles_0] fontselect: failed to find any fallback with glyph 0x41F for font: (Inter, 400, 0)"
    assert [each.code for each in undrawn(Outcome(lines=(line, line)))] == ["letters_missing"]
    assert undrawn(Outcome(lines=("frame=1",))) == ()
