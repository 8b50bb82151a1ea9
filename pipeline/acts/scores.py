"""Reads what libvmaf wrote about every frame, and says of each log how good its film is as a whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from statistics import fmean

import msgspec

from pipeline.model.problem import PipelineError, result_wrong
from pipeline.model.stage import Act, Canceled, CancelSignal, Tick

_CHUNK = 1 << 20

# A frame of libvmaf's JSON log. At the end the log says "vmaf" once more, with a brace behind it.
#
#     {
#       "frameNum": 0,
#       "metrics": {
#         "integer_adm2": 0.982137,
#         …
#         "vmaf": 93.640926
#       }
#     },
_SCORE = re.compile(rb'"vmaf":\s*(-?[\d.]+(?:[eE][-+]?\d+)?|-?nan|-?inf)\s*[,}\r\n]')


class Pooled(msgspec.Struct, frozen=True):
    """The frames of one film as a whole, on VMAF's scale of 0 to 100.

    `p1` is what one frame of a hundred is worse than, `min_frame` the worst frame's number, from 0.
    """

    mean: float
    harmonic_mean: float
    p1: float
    min: float
    min_frame: int
    frames: int


class PoolScores(Act, frozen=True):
    """Reads the logs of some films that were scored. The logs stay as they are.

    Returns one `Pooled` for each.
    """

    logs: tuple[str, ...]

    def run(self, cancel: CancelSignal, tick: Callable[[Tick], None], folder: str) -> tuple[Pooled, ...]:
        """Reads them in pieces: a film of two hours has a log of 120 MB.

        Raises:
            PipelineError: a log holds no scores.
            Canceled: `cancel` was set.
        """
        pooled = []
        for number, log in enumerate(self.logs, 1):
            scores = list(_scores(os.path.join(folder, log), cancel))
            if not scores:
                raise PipelineError(result_wrong("Its pictures could not be scored", (log,)))
            pooled.append(_pooled(scores))
            tick(Tick(done=number, total=len(self.logs), unit="items"))
        return tuple(pooled)


def _scores(file: str, cancel: CancelSignal) -> Iterator[float]:
    rest = b""
    with open(file, "rb") as log:
        while chunk := log.read(_CHUNK):
            if cancel.is_set():
                raise Canceled
            text = rest + chunk
            end = text.rfind(b"\n") + 1
            rest = text[end:]
            yield from _found(text[:end])
    yield from _found(rest)


def _found(text: bytes) -> Iterator[float]:
    for each in _SCORE.findall(text):
        score = float(each)
        # Two frames without any content may give no number; nothing is lost between them.
        yield score if score == score else 100.0


def _pooled(scores: list[float]) -> Pooled:
    worst = min(range(len(scores)), key=scores.__getitem__)
    ordered = sorted(scores)
    return Pooled(
        mean=round(fmean(scores), 4),
        # As libvmaf pools it: one is added to each, so that a frame that is all wrong does not make it 0.
        harmonic_mean=round(1.0 / fmean(1.0 / (score + 1.0) for score in scores) - 1.0, 4),
        p1=round(ordered[len(ordered) // 100], 4),
        min=round(scores[worst], 4),
        min_frame=worst,
        frames=len(scores),
    )
