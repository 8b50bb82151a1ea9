"""What it takes to reach a goal: a score that is searched and measured, or a file size that is met in turns."""

from __future__ import annotations

from dataclasses import replace

from pipeline.model.forecast import Forecast, Guess
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Scratch, Talk
from pipeline.stages.budget import LEAST_SHARE
from pipeline.stages.encoders import Bitrate, Crf
from pipeline.stages.output import Output
from pipeline.stages.sample import Spent, foreseen, timed
from pipeline.stages.search import searched

# A first turn takes about so much of the second, by speed; and one film in three is tried once more.
_TURNS_LIKELY, _TURNS_LEAST, _TURNS_MOST = 1.6, 1.2, 3.2
# Scoring a film in the process that encodes it takes another decode and VMAF itself: so much for each second of a
# picture of a million points, in seconds of processor time.
_SCORE_CPU_S = 0.55
_REPAIR_MOST = 2.2


def foreseen_score(source: Source, info: MediaInfo, made: Output, scratch: Scratch) -> Talk[Forecast]:
    """What to expect of an output with a score to reach: the search is done, what follows is guessed from windows.

    Raises:
        StepFailed: it cannot be encoded or scored.
    """
    search = Spent()
    found = yield from timed(searched(source, info, made, scratch.machine), search)
    one = yield from foreseen(source, info, replace(made, quality=Crf(found.crf)), scratch)
    width, height = made.size
    scoring_s = _SCORE_CPU_S * made.seconds(info) * width * height / 1e6
    cores = max(1, scratch.machine.cores)
    return Forecast(
        bytes=Guess(one.bytes.likely, one.bytes.low * 0.9, one.bytes.high * 1.1),
        cpu_s=_with(one.cpu_s, scoring_s, search.cpu_s, _REPAIR_MOST),
        wall_s=_with(one.wall_s, scoring_s / cores, search.wall_s, _REPAIR_MOST),
        tried_s=one.tried_s,
    )


def foreseen_size(source: Source, info: MediaInfo, made: Output, scratch: Scratch) -> Talk[Forecast]:
    """What to expect of an output with a file size to meet: the size is known, the time is that of some turns.

    Raises:
        StepFailed: it cannot be encoded.
    """
    target = made.choices.target_mb * 1e6
    seconds = made.seconds(info)
    kbps = max(10.0, target * 8 / 1000 / seconds - made.choices.audio_kbps) if seconds else made.choices.video_kbps
    one = yield from foreseen(source, info, replace(made, quality=Bitrate(kbps)), scratch)
    return Forecast(
        # What is perfect before it is as large stays smaller.
        bytes=Guess(target * 0.991, min(target * LEAST_SHARE, one.bytes.low), target),
        cpu_s=_times(one.cpu_s),
        wall_s=_times(one.wall_s),
        tried_s=one.tried_s,
    )


def _with(guess: Guess, scoring_s: float, search_s: float, most: float) -> Guess:
    """One encode with its scores, and the search before; at most it is repaired."""
    return Guess(
        guess.likely + scoring_s + search_s,
        guess.low + scoring_s * 0.7 + search_s,
        (guess.high + scoring_s * 1.3) * most + search_s,
    )


def _times(guess: Guess) -> Guess:
    return Guess(guess.likely * _TURNS_LIKELY, guess.low * _TURNS_LEAST, guess.high * _TURNS_MOST)
