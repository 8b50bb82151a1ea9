"""What can be wrong with a result, each as a sentence; nothing is said of what is right. No program is named here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.e2e.traps.trying import Tried
from tests.support import builders, child

Check = Callable[[Tried], Iterable[str]]
CLOSE_S = 0.002


def faults_of(tried: Tried, checks: Iterable[Check]) -> list[str]:
    """All that is wrong. Without a result, only what the checks for that have to say."""
    if tried.file is None and not any(check in WITHOUT_RESULT for check in checks):
        return [f"nothing was made (exit code {tried.code})"]
    return [fault for check in checks for fault in check(tried)]


def refused(tried: Tried) -> Iterator[str]:
    """Nothing is made of it, and that is told by the exit code."""
    if tried.file is not None:
        yield "a file was made"
    if tried.code == 0:
        yield "the exit code is 0"


def told_or_refused(tried: Tried) -> Iterator[str]:
    """Where the source is damaged, either nothing is made, or it is said that something is missing.

    What decoders mumble (`[h264 @ 0x55…] missing picture…`) is not said to a person, and not in every run.
    """
    said = "\n".join(line for line in tried.said.splitlines() if not re.match(r"\[[^]]* @ 0x", line))
    told = re.search(r"truncat|damag|incomplete|corrupt|cut off|ends at|missing", said, re.IGNORECASE)
    if tried.code == 0 and not told:
        yield f"a shorter film ({tried.film.length_s:.1f} s) is given out as whole: exit code 0 and no warning"


def is_hdr(transfer: str) -> Check:
    """Ten bits and the tags of HDR; with PQ also the data about the display it was graded on."""

    def faults(tried: Tried) -> Iterator[str]:
        video = tried.film.video
        if "10" not in video.pixels:
            yield f"the pixel format is {video.pixels}"
        if video.colours[:3] != ("bt2020", transfer, "bt2020nc"):
            yield f"the colours are tagged {'/'.join(each or 'nothing' for each in video.colours[:3])}"
        if transfer == "smpte2084" and (missing := 2 - len(tried.film.hdr_data)):
            yield f"{missing} of 2 kinds of HDR10 data are lost"

    return faults


def hdr10_or_refused(tried: Tried) -> Iterator[str]:
    """HDR10 is kept, or nothing is made and that is told; what must not be is a result that lost it."""
    if tried.file is not None:
        yield from is_hdr("smpte2084")(tried)
    elif tried.code == 0:
        yield "nothing was made and the exit code is 0"


def is_sdr(tried: Tried) -> Iterator[str]:
    """Nothing of HDR is left, neither in the tags nor beside the frames."""
    video = tried.film.video
    if "10" in video.pixels or "12" in video.pixels:
        yield f"the pixel format is {video.pixels}"
    if video.colours[:3] != ("bt709", "bt709", "bt709"):
        yield f"the colours are tagged {'/'.join(each or 'nothing' for each in video.colours[:3])}"
    if tried.film.hdr_data:
        yield f"it still carries {' and '.join(sorted(tried.film.hdr_data))}"


def codec(*names: str) -> Check:
    """The first picture is in one of these."""

    def faults(tried: Tried) -> Iterator[str]:
        if tried.film.video.codec not in names:
            yield f"the codec is {tried.film.video.codec}"

    return faults


def pixels(name: str) -> Check:
    """The pixel format is this."""

    def faults(tried: Tried) -> Iterator[str]:
        if tried.film.video.pixels != name:
            yield f"the pixel format is {tried.film.video.pixels}"

    return faults


def shown_as(width: int, height: int, *, rotation: int = 0) -> Check:
    """Its size as stored, and how a player has to turn it."""

    def faults(tried: Tried) -> Iterator[str]:
        video = tried.film.video
        if video.size != (width, height):
            yield f"it is {video.size[0]}x{video.size[1]}, not {width}x{height}"
        if video.rotation % 360 != rotation % 360:
            yield f"players turn it by {video.rotation}°"

    return faults


def same_shape(tried: Tried) -> Iterator[str]:
    """Width to height as shown, within 1 %; square pixels are not asked for."""
    there, here = tried.before.video.shape, tried.film.video.shape
    if abs(here / there - 1) > 0.01:
        yield f"its shape is {here:.3f} and was {there:.3f}"


def near_size(tried: Tried) -> Iterator[str]:
    """Even, and within two pixels of the source's size."""
    there, here = tried.before.video.size, tried.film.video.size
    if any(side % 2 for side in here) or any(abs(a - b) > 2 for a, b in zip(there, here, strict=True)):
        yield f"it is {here[0]}x{here[1]} of {there[0]}x{there[1]}"


def frames(count: int) -> Check:
    """That many frames come out when it is decoded, or one less: how long the last one is shown is not always said."""

    def faults(tried: Tried) -> Iterator[str]:
        if (found := len(tried.film.frames)) not in (count - 1, count):
            yield f"it has {found} frames, not {count}"

    return faults


def every_frame_at_its_time(tried: Tried) -> Iterator[str]:
    """As many frames as before, each as long after the first as it was."""
    there, here = tried.before.times_s, tried.film.times_s
    if len(there) != len(here):
        yield f"{len(here)} frames of {len(there)}"
        return
    off_s = max(abs((a - there[0]) - (b - here[0])) for a, b in zip(there, here, strict=True))
    if off_s > CLOSE_S:
        yield f"frames are up to {off_s * 1000:.0f} ms off"


def is_progressive(tried: Tried) -> Iterator[str]:
    """No frame is flagged as interlaced, and none looks so."""
    if any(int(frame.get("interlaced_frame", 0)) for frame in tried.film.frames):
        yield "frames are flagged as interlaced"
    said = _said(tried.film.file, "-vf", "idet")
    seen = re.findall(r"Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+)", said)
    top, bottom, progressive = (int(text) for text in seen[-1])
    if top + bottom > progressive:
        yield f"{top + bottom} of {top + bottom + progressive} frames look interlaced"


def languages(kind: str, *wanted: str) -> Check:
    """The tracks of one kind are these, in this order."""

    def faults(tried: Tried) -> Iterator[str]:
        # ISO 639-2 has two codes for some languages.
        found = [track.language.replace("ger", "deu") for track in tried.film.of(kind)]
        if found != list(wanted):
            yield f"the {kind} tracks are {', '.join(each or 'unnamed' for each in found) or 'gone'}"

    return faults


def text_subtitles(tried: Tried) -> Iterator[str]:
    """Subtitles are text a player of this container shows."""
    wrong = {track.codec for track in tried.film.of("subtitle")} - {"mov_text", "subrip", "ass", "webvtt"}
    if wrong:
        yield f"there are {', '.join(sorted(wrong))} subtitles in it"


def chapters(tried: Tried) -> Iterator[str]:
    """As many as before, with their titles and times."""
    there, here = tried.before.chapters, tried.film.chapters
    if [title for _, title in there] != [title for _, title in here]:
        yield f"the chapters are named {', '.join(text or '(nothing)' for _, text in here)}" if here else "no chapters"
    elif any(abs(a - b) > 0.05 for (a, _), (b, _) in zip(there, here, strict=True)):
        yield f"chapters begin at {', '.join(f'{at:.2f}' for at, _ in here)} s"


def title(text: str) -> Check:
    """The title is kept."""

    def faults(tried: Tried) -> Iterator[str]:
        if (found := tried.film.tags.get("title", "")) != text:
            yield f"the title is “{found}”" if found else "the title is lost"

    return faults


def attachments(count: int) -> Check:
    """Fonts and other files in it."""

    def faults(tried: Tried) -> Iterator[str]:
        if (found := len(tried.film.of("attachment"))) != count:
            yield f"{found} attached files, not {count}"

    return faults


def one_film_one_cover(tried: Tried) -> Iterator[str]:
    """The cover is there as the picture it was, and not as a second film."""
    if (films := len(tried.film.of("video"))) != 1:
        yield f"there are {films} video tracks"
    covers = [track.codec for track in tried.film.of("cover")]
    if covers != [track.codec for track in tried.before.of("cover")]:
        yield f"its cover is {covers[0]}" if covers else "the cover is lost"


def tracks(**counts: int) -> Check:
    """How many tracks of each kind there are."""

    def faults(tried: Tried) -> Iterator[str]:
        for kind, count in counts.items():
            if (found := len(tried.film.of(kind))) != count:
                yield f"there are {found} {kind} tracks, not {count}"

    return faults


def named_as_the_source(tried: Tried) -> Iterator[str]:
    """The result has the source's name."""
    assert tried.file is not None
    if tried.file.stem != tried.source.stem:
        yield f"it is named {tried.file.name!r}"


def whole(tried: Tried) -> Iterator[str]:
    """As long as the source, within 0.1 s."""
    if abs(tried.film.length_s - tried.before.length_s) > 0.1:
        yield f"it is {tried.film.length_s:.2f} s of {tried.before.length_s:.2f} s"


def tagged(space: str) -> Check:
    """The colour space is said to be this, and the range limited."""

    def faults(tried: Tried) -> Iterator[str]:
        found = tried.film.video.colours
        if found[2] != space or found[3] not in ("tv", ""):
            yield f"the colours are tagged {found[2] or 'nothing'}, range {found[3] or 'nothing'}"

    return faults


def limited_range(tried: Tried) -> Iterator[str]:
    """Full range became limited in the pixels, not in the tag alone."""
    if tried.film.video.colours[3] not in ("tv", ""):
        yield f"the range is tagged {tried.film.video.colours[3]}"
    there, here = _mean_luma(tried.before.file), _mean_luma(tried.film.file)
    if abs(here - (16 + there * 219 / 255)) > 2.5:
        yield f"the mean luma is {here:.0f} and was {there:.0f} in full range"


def words_in_the_picture(tried: Tried) -> Iterator[str]:
    """Something bright stands in what was a black picture while the words are to be read, and not before."""
    brightest = [int(text) for text in re.findall(r"YMAX=(\d+)", _luma(tried.film.file))]
    if max(brightest[10:20]) < 150:
        yield "no words are in the picture"
    if max(brightest[:4]) > 100:
        yield "words are in the picture before their time"


WITHOUT_RESULT = (refused, told_or_refused, hdr10_or_refused)


def _mean_luma(file: Path) -> float:
    means = [float(text) for text in re.findall(r"YAVG=([\d.]+)", _luma(file))]
    return sum(means) / len(means)


def _luma(file: Path) -> str:
    return _said(file, "-vf", "signalstats,metadata=mode=print:file=-")


def _said(file: Path, *words: str) -> str:
    asked = [builders.ffmpeg(), "-hide_banner", "-nostdin", "-i", f"file:{file}", "-map", "0:V:0", *words]
    done = child.run([*asked, "-f", "null", "-"])
    return done.out + done.err
