"""Plays ffmpeg and what counts packets, for a Script that asks: what they would answer if all went well."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pipeline.acts.count import CountPackets
from pipeline.acts.scores import PoolScores
from pipeline.model.source import Source
from pipeline.model.stage import Call, Command, Step, Tick
from tests.support.drive import Talk

LENGTH_S = 10.0


@dataclass(frozen=True)
class Held:
    """What one stream of a file holds."""

    kind: str
    packets: int
    first_s: float = 0.0
    end_s: float = LENGTH_S


Files = dict[str, tuple[Held, ...]]
Spoil = Callable[[tuple[Held, ...]], tuple[Held, ...]]


class Player:
    """Remembers what every file holds. `spoils` change what a file holds once it is made, by its name."""

    def __init__(self, source: Source, spoils: Mapping[str, Spoil] = {}) -> None:
        assert source.info is not None
        self._spoils = spoils
        self._chapters = source.info.chapters
        packets = {"video": 250, "audio": 470, "subtitle": 4, "cover": 1}
        held = tuple(Held(each.kind, packets.get(each.kind, 0)) for each in source.info.streams)
        self.files: Files = {source.file: held}

    def answer(self, talk: Talk) -> Step:
        """Answers the Step that is asked for, as if it went well; returns it."""
        step = talk.asked
        if isinstance(step, Call) and isinstance(step.act, CountPackets):
            talk.answers(value=self.counted(step.act))
        elif isinstance(step, Call) and isinstance(step.act, PoolScores):
            talk.answers(value=[scored(95.2) for _ in step.act.logs])
        else:
            talk.answers(**self.outcome(talk.asks_for_run().command))
        return step

    def answer_all(self, talk: Talk) -> tuple[Step, ...]:
        """Answers until the Script has ended."""
        steps: list[Step] = []
        while talk._asked is not None:
            steps.append(self.answer(talk))
        return tuple(steps)

    def outcome(self, command: Command) -> dict[str, Any]:
        """What a command would answer."""
        try:
            outputs = self._outputs(command.argv)
            assert all(outputs.values())
        except (AssertionError, IndexError):
            return {"exit_code": 234, "stderr": "Failed to set value '0:1' for option 'map': Invalid argument"}
        for target, mapped in outputs.items():
            if target != "-":
                made = (*mapped, Held("data", 3)) if self._chapters and target.endswith(".mp4") else mapped
                spoil = self._spoils.get(target)
                self.files[target] = spoil(made) if spoil else made
        all_mapped = [each for mapped in outputs.values() for each in mapped]
        moving = next((each.packets for each in all_mapped if each.kind in ("video", "cover")), 0)
        return {"last_tick": Tick(out_time_s=max((each.end_s for each in all_mapped), default=0.0), frame=moving)}

    def counted(self, act: CountPackets) -> dict[str, Any]:
        """What is counted in files."""
        # Tries of a size are made to fit ten megabytes.
        sizes = [9_900_000 if b".try-" in name else 100_000 for name in act.files]
        return {
            "value": [
                {"bytes": size, "streams": self._counts(os.fsdecode(name))}
                for name, size in zip(act.files, sizes, strict=True)
            ]
        }

    def _outputs(self, argv: tuple[str, ...]) -> dict[str, tuple[Held, ...]]:
        """What each output of a command is mapped, by its name; an output is what follows its maps and is no option."""
        inputs = [argv[at + 1].removeprefix("file:") for at, word in enumerate(argv) if word == "-i"]
        found: dict[str, tuple[Held, ...]] = {}
        mapped: list[Held] = []
        for before, word in pairwise(argv):
            if before == "-map":
                mapped += self._held(inputs, word)
            elif before == "-attach":
                mapped.append(Held("cover", 1))
            elif (word.startswith("file:") and before != "-i") or word == "-":
                found[word.removeprefix("file:")] = tuple(mapped)
                mapped = []
        return found

    def _held(self, inputs: list[str], place: str) -> list[Held]:
        if place.startswith("["):  # what comes out of filters is the film
            return [next(each for each in self.files[inputs[0]] if each.kind == "video")]
        file, stream = place.removesuffix("?").split(":")
        there = self.files[inputs[int(file)]]
        return [there[int(stream)]] if int(stream) < len(there) or not place.endswith("?") else []

    def _counts(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "index": index,
                "kind": held.kind,
                "codec": "",
                "packets": held.packets,
                "first_pts_s": held.first_s if held.packets else None,
                "last_end_s": held.end_s if held.packets else None,
                "bytes": 1000,
                "keyframes": min(1, held.packets),
                "key_bytes": 100,
                "sizes": [],
            }
            for index, held in enumerate(self.files[name])
        ]


def scored(mean: float, frames: int = 250) -> dict[str, Any]:
    """What a log of scores comes to."""
    rest = {"harmonic_mean": mean - 0.1, "p1": mean - 5, "min": mean - 9, "min_frame": frames // 2}
    return {"mean": mean, "frames": frames, **rest}


def without(kind: str) -> Spoil:
    """A file that lost its streams of a kind."""
    return lambda held: tuple(each for each in held if each.kind != kind)


def changed(kind: str, **changes: Any) -> Spoil:
    """A file whose streams of a kind hold something else."""
    return lambda held: tuple(replace(each, **changes) if each.kind == kind else each for each in held)
