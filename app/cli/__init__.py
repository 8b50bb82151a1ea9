"""The command line: reads what is wanted, does it, says how it went. Qt is never imported on this path."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.cli.arguments import Arguments, is_for_window, read, read_window
from app.cli.out import CANCELED, FAILED, WRONG_USE, abandon_output, say

if TYPE_CHECKING:
    from app.cli.parts import Bootstrap

__all__ = ["FAILED", "WRONG_USE", "is_for_window", "main", "read_window", "say"]

# These say that the command was not meant so, rather than that the work went wrong.
_WRONG_USE = frozenset((
    "wrong_use", "unknown_recipe", "unknown_preset", "unknown_option", "bad_option",
    "ambiguous_preset", "preset_built_in", "home_owned", "home_on_network", "home_unwritable",
))  # fmt: skip


def main(arguments: Sequence[str], bootstrap: Callable[[], Bootstrap]) -> int:
    """Does one verb and returns the exit code.

    Args:
        arguments: the verb and what follows it.
        bootstrap: gives what opens the engine; called only by verbs that need it.
    """
    from pipeline.model.problem import PipelineError, bug

    for stream in (sys.stdout, sys.stderr):
        # A name the terminal's encoding has no signs for must not end a run.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        code = _do(read(arguments), bootstrap)
        sys.stdout.flush()
        return code
    except PipelineError as error:
        say(error.problem)
        return WRONG_USE if error.problem.code in _WRONG_USE else FAILED
    except BrokenPipeError:
        abandon_output()
        return FAILED
    except KeyboardInterrupt:
        return CANCELED
    except Exception:
        # Ours, and shown as such: nothing the person did.
        say(bug(traceback.format_exc()))
        return FAILED


def _do(arguments: Arguments, bootstrap: Callable[[], Bootstrap]) -> int:
    match arguments.verb:
        case "run":
            from app.cli.run import run

            return run(arguments, bootstrap())
        case "forecast":
            from app.cli.forecast import foretell

            return foretell(arguments, bootstrap())
        case "plan":
            from app.cli.plan import plan

            return plan(arguments, bootstrap())
        case "resume":
            from app.cli.resume import resume

            return resume(arguments, bootstrap())
        case "undo":
            from app.cli.undo import undo

            return undo(arguments, bootstrap)
        case "demo":
            from app.cli.demo import demo

            return demo(arguments, bootstrap())
        case "recipes":
            from app.cli.catalogue import catalogue

            return catalogue(arguments, bootstrap())
        case "presets":
            from app.cli.presets import presets

            return presets(arguments, bootstrap())
        case "probe":
            from app.cli.probe import probe

            return probe(arguments)
        case "history" | "queue":
            from app.cli.jobs import jobs

            return jobs(arguments)
        case "log":
            from app.cli.log import log

            return log(arguments)
        case "doctor":
            from app.cli.doctor import doctor

            return doctor(arguments, bootstrap())
        case _:
            raise AssertionError(f"the verb {arguments.verb} is read but not done")
