"""Scores pictures that come out of an encoder against those that went into it, by VMAF and in the same process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pipeline.acts.scores import Pooled, PoolScores
from pipeline.model.machine import Machine
from pipeline.model.stage import Call, Outcome, Talk

# libvmaf's models are of a screen looked at from three times its height, and of a 4K screen from half as far.
MODEL = "vmaf_v0.6.1"
MODEL_4K = "vmaf_4k_v0.6.1"
# Smaller pictures crash libvmaf: its fourth scale has nothing left.
LEAST_SIDE = 32
_4K_SIDE = 1440
# Frames that wait in one encoder and its score at once, at most of the encoders' slower presets: measured as 0.5 GB
# each at 1920x1080.
_FRAMES_WAITING = 160
_MEMORY_SHARE = 0.4


@dataclass(frozen=True)
class Scoring:
    """How a film is scored: into which scratch file, a JSON log of every frame, by which model, on how many threads."""

    log: str
    model: str = MODEL
    threads: int = 1


@dataclass(frozen=True)
class Pair:
    """Two streams of a process's outputs to compare, as `1:0`: what an encoder made, and what it was given."""

    made: str
    given: str
    scored: Scoring


def scoring(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """The words behind all outputs that score each pair.

    Frames are paired by their number, whatever their times: encoders keep them all and in order.
    """
    places = list(dict.fromkeys([pair.given for pair in pairs] + [pair.made for pair in pairs]))
    graph: list[str] = []
    for given in dict.fromkeys(pair.given for pair in pairs):
        ends = "".join(f"[r{at}]" for at, pair in enumerate(pairs) if pair.given == given)
        count = sum(pair.given == given for pair in pairs)
        graph.append(f"[dec:{places.index(given)}]{_NUMBERED},split={count}{ends}")
    for at, pair in enumerate(pairs):
        graph.append(f"[dec:{places.index(pair.made)}]{_NUMBERED}[d{at}]")
        how = pair.scored
        options = f"log_fmt=json:log_path={how.log}:model=version={how.model}:n_threads={how.threads}"
        graph.append(f"[d{at}][r{at}]libvmaf={options}[q{at}]")
    decoders = (word for place in places for word in ("-dec", place))
    # The outputs must be mapped: an unmapped one goes to the first file, and that closes a circle.
    ends_ = (word for at in range(len(pairs)) for word in ("-map", f"[q{at}]"))
    return (*decoders, "-filter_complex", ";".join(graph), *ends_, *_INTO_NOTHING)


# One frame a millisecond, so that this is never the output that is furthest and progress is that of the encoders.
_NUMBERED = "settb=1/1000,setpts=N"
_INTO_NOTHING = (
    "-fps_mode", "passthrough", "-enc_time_base", "1:1000", "-c:v", "wrapped_avframe", "-f", "null", "-",
)  # fmt: skip


def pooled(logs: Sequence[str]) -> Talk[tuple[Pooled, ...]]:
    """What each log says of its film as a whole."""
    outcome: Outcome = yield Call(PoolScores(tuple(logs)), reads=tuple(logs), label="Read the scores")
    return msgspec.convert(outcome.value, tuple[Pooled, ...])


def model_of(size: tuple[int, int]) -> str:
    """The model for pictures of this width and height."""
    return MODEL_4K if min(size) > _4K_SIDE else MODEL


def room_for(machine: Machine, size: tuple[int, int], bit_depth: int) -> int:
    """How many encoders of such pictures, each with its score, this computer's memory holds at once; 0 is none.

    Where nobody has looked how much there is, it is one.
    """
    if not machine.memory_bytes:
        return 1
    return int(machine.memory_bytes * _MEMORY_SHARE / (_FRAMES_WAITING * frame_bytes(size, bit_depth)))


def frame_bytes(size: tuple[int, int], bit_depth: int) -> float:
    """What one picture takes in memory."""
    return max(1.0, size[0] * size[1] * 1.5 * (1 if bit_depth <= 8 else 2))
