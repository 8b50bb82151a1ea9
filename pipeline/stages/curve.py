"""How an encoder's CRF and the score it leads to hang together, and which CRF to try next for a score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

# A result is as asked for from half a point below to a point above; this is its middle.
BELOW, ABOVE = 0.5, 1.0
_AIM = (ABOVE - BELOW) / 2
# A try so near its aim needs no other: what is left is less than what the windows themselves miss by.
_NEAR = 0.4
# No try lies further outside of those before than this many steps of the codec's usual distance.
_FURTHEST = 2.5


@dataclass(frozen=True)
class Scale:
    """One encoder's CRF: the best and the worst that make sense, the steps it knows, and where to look first.

    `usual` is about VMAF 95. `spread` is about what halves or doubles what is missing to 100. `windows_lose` is by
    how much, at a speed, short windows score less than the whole film, where the encoder sees further ahead and a
    keyframe comes less often; those that are not in it do not differ by much.
    """

    best: float
    worst: float
    step: float
    usual: float
    spread: float
    windows_lose: Mapping[str, float] = field(default_factory=dict)


# Short windows against the whole of two films of three minutes, an animation with talk and a mix of ten clips, at about
# VMAF 94. x264's fastest speed looks at nothing that comes, and loses by each beginning; the next two look a little
# ahead, and win by the keyframe a window begins with. HEVC differed by a tenth of a point; VP9 was not measured.
_H264_LOSES = {
    "ultrafast": 0.7, "superfast": -1.1, "veryfast": -1.1, "faster": -0.1, "fast": 0.15, "medium": 0.2, "slow": 0.2,
    "slower": 0.2, "veryslow": 0.2,
}  # fmt: skip
_AV1_LOSES = dict.fromkeys(_H264_LOSES, 0.65)

# The best ones are where no eye sees a difference to anything lower, and files only grow.
SCALES = {
    "h264": Scale(8, 51, 0.1, 22, 6, _H264_LOSES),
    "hevc": Scale(8, 51, 0.1, 23, 6),
    "av1": Scale(8, 63, 0.25, 32, 10, _AV1_LOSES),
    "vp9": Scale(8, 63, 1, 32, 9),
}


def first_tries(scale: Scale, goal: float) -> tuple[float, ...]:
    """Two CRFs around where the goal lies for most films."""
    # What is missing to 100 grows with the CRF by a factor; at the usual CRF it is 5.
    middle = scale.usual + scale.spread * math.log2(max(100.0 - goal, 0.5) / 5.0)
    low, high = (_fit(middle + side * scale.spread * 0.5, scale) for side in (-1, 1))
    return (low, high) if low != high else (low,)


def next_tries(tried: Mapping[float, float], scale: Scale, goal: float) -> tuple[float, ...]:
    """The CRF to try next; none where one that was tried is near enough, or no other is left."""
    aim = goal + _AIM
    if any(abs(score - aim) <= _NEAR for score in tried.values()):
        return ()
    crf = best_guess(tried, scale, goal)
    return () if crf in tried else (crf,)


def best_guess(tried: Mapping[float, float], scale: Scale, goal: float) -> float:
    """The CRF whose score should be in the middle of what is as asked for, by those that were tried."""
    aim = goal + _AIM
    crfs = sorted(tried)
    far = _FURTHEST * scale.spread
    low, high = max(scale.best, crfs[0] - far), min(scale.worst, crfs[-1] + far)
    # The score falls with the CRF, so halving finds where it crosses the aim.
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if score_at(tried, middle, scale) > aim else (low, middle)
    return _fit((low + high) / 2, scale)


# What is missing to 100, and a little, grows with the CRF by nearly the same factor everywhere: 18, 24, 30 and 36 of
# x264 scored 96.9, 94.3, 88.3 and 76.8, so logarithms of 3.6, 6.2, 12.2 and 23.7 are nearly on a line.
_ROOM = 100.5


def score_at(tried: Mapping[float, float], crf: float, scale: Scale | None = None) -> float:
    """The score of a CRF by its neighbours that were tried. `scale` says how steep it is where there is only one."""
    if crf in tried:
        return tried[crf]
    crfs = sorted(tried)
    if len(crfs) == 1:
        slope = math.log(2) / (scale.spread if scale else 6.0)
        return _ROOM - math.exp(_missing(tried[crfs[0]]) + slope * (crf - crfs[0]))
    at = min(max(1, sum(each < crf for each in crfs)), len(crfs) - 1)
    left, right = crfs[at - 1], crfs[at]
    slope = (_missing(tried[right]) - _missing(tried[left])) / (right - left)
    if scale is not None:
        usual = math.log(2) / scale.spread
        # Two that score alike, as a still picture does, say nothing of what lies outside.
        slope = min(max(slope, usual / 4), usual * 4) if crf < left or crf > right else slope
    near = left if abs(crf - left) < abs(crf - right) else right
    return _ROOM - math.exp(_missing(tried[near]) + slope * (crf - near))


def _missing(score: float) -> float:
    return math.log(_ROOM - min(score, 100.0))


def _fit(crf: float, scale: Scale) -> float:
    near = round(round(crf / scale.step) * scale.step, 2)
    return min(max(near, scale.best), scale.worst)
