"""What every verb needs to speak: exit codes, a Problem on the error output, an output whose reader has left."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.model.problem import Problem

DONE, FAILED, WRONG_USE, CANCELED = 0, 1, 2, 130


def say(problem: Problem) -> None:
    """Says a Problem on the error output: in one line what happened, why, what to do now; below it what a tool said."""
    from app import text

    note(text.sentence(problem))
    for line in text.details(problem):
        print(f"    {line}", file=sys.stderr, flush=True)


def note(sentence: str) -> None:
    """Says something a person should know that is no result."""
    print(f"reelyard: {sentence}", file=sys.stderr, flush=True)


def abandon_output() -> None:
    """Whoever read our output has left. Without this, Python would complain of that once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
