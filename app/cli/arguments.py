"""What may be said on the command line. Each verb is one row of `VERBS` and one function that declares its options."""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from app import __version__

if TYPE_CHECKING:
    from pipeline.model.destination import IfExists


@dataclass(frozen=True)
class Verb:
    """A verb: one sentence about it, and what declares its arguments."""

    summary: str
    declare: Callable[[argparse.ArgumentParser], None]


class Arguments(argparse.Namespace):
    """What was said. Only the fields the verb declares are there."""

    verb: str
    home: str | None
    json: bool
    recipe: str
    inputs: list[str]
    preset: str
    also: list[str]
    sets: dict[str, str]
    output: str | None
    jobs: int | None
    if_exists: IfExists | None
    priority: str
    file: str
    search: str
    limit: int
    commands: bool
    job: str
    act: str
    names: list[str]
    as_id: str
    replace: bool
    lists: bool


def read(arguments: Sequence[str]) -> Arguments:
    """Reads a verb and its arguments.

    Raises:
        PipelineError: wrong_use, naming the nearest word that would have been right.
        SystemExit: help was asked for and printed.
    """
    verb, rest = _split(arguments)
    if verb in ("", "-h", "--help", "help"):
        print(general_help(), end="")
        raise SystemExit(0)
    if verb not in VERBS:
        raise _wrong_use(
            f"There is no verb named “{verb}”.", _nearest(verb, VERBS), "“reelyard --help” lists them all."
        )
    parser = _Parser(prog=f"reelyard {verb}", description=VERBS[verb].summary, allow_abbrev=False)
    VERBS[verb].declare(parser)
    parser.add_argument("--home", metavar="DIR", help="keep database, settings and cache in this folder")
    # Intermixed, so that options may stand before, between and behind the inputs.
    found, unknown = parser.parse_known_intermixed_args(rest, Arguments())
    if unknown:
        options = [option for action in parser._actions for option in action.option_strings]
        raise _wrong_use(
            f"“reelyard {verb}” has no option or argument “{unknown[0]}”.",
            _nearest(unknown[0].split("=")[0], options) if unknown[0].startswith("-") else "",
            f"“reelyard {verb} --help” lists them all.",
        )
    found.verb = verb
    if "sets" in found:
        found.sets = _pairs(found.sets)
    return found


def is_for_window(arguments: Sequence[str]) -> bool:
    """No verb, or files only: that is the window's business. A word that is neither a verb nor a file is not."""
    first, _ = _split(arguments)
    if first in VERBS or first in ("-h", "--help", "help"):
        return False
    looks_like_path = os.sep in first or "." in first or first == "--" or os.path.lexists(first)
    return not first or looks_like_path


def read_window(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """The files to open the window with, and the home.

    Raises:
        PipelineError: wrong_use.
    """
    # By hand: argparse mixes up options and files when all files are optional and some stand behind “--”.
    files: list[str] = []
    home: str | None = None
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--":
            files, left = files + left, []
        elif word.startswith("--home="):
            home = word.partition("=")[2]
        elif word == "--home" and left:
            home = left.pop(0)
        elif word.startswith("-"):
            raise _wrong_use(f"There is no option “{word}”.", "", "“reelyard --help” lists them all.")
        else:
            files.append(word)
    return [os.path.abspath(file) for file in files], home


def general_help() -> str:
    """What `reelyard --help` prints."""
    verbs = "\n".join(f"  {name:<10}{verb.summary}" for name, verb in VERBS.items())
    return (
        f"Reelyard {__version__}: drop media, choose a recipe, and watch it made.\n\n"
        "reelyard [FILES…]            open the window, with the files queued\n"
        "reelyard VERB …              do one thing without a window\n"
        "reelyard VERB --help         say more about one verb\n\n"
        f"{verbs}\n\n"
        "--home DIR, or REELYARD_HOME, keeps database, settings and cache in one folder.\n"
        "Exit code: 0 all completed or skipped, 1 some failed, 2 wrong use, 130 canceled.\n"
    )


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong as a Problem, like everything else that goes wrong."""

    def error(self, message: str) -> NoReturn:
        raise _wrong_use(f"{message[:1].upper()}{message[1:].rstrip('.')}.", "", f"“{self.prog} --help” says more.")


def _what(parser: argparse.ArgumentParser) -> None:
    """What is to be made of what: shared by all verbs that begin with it."""
    parser.add_argument("recipe", metavar="RECIPE", help="what to make; “reelyard recipes” lists them")
    parser.add_argument("inputs", metavar="INPUT", nargs="+", help="files and folders")
    parser.add_argument("--preset", metavar="P", default="", help="a named set of options; “reelyard presets”")
    parser.add_argument(
        "--set",
        dest="sets",
        metavar="OPTION=VALUE",
        action="append",
        default=[],
        help="change one option of the preset",
    )


def _run(parser: argparse.ArgumentParser) -> None:
    _what(parser)
    _results(parser)
    parser.add_argument("--priority", choices=("low", "normal", "high"), default="normal", help="which jobs go first")
    parser.add_argument("--jobs", metavar="N", type=_places, help="how many jobs use the processor at once")
    _json(parser, "print one event per line as JSON, and run.finished at the end")


def _plan(parser: argparse.ArgumentParser) -> None:
    _what(parser)
    _results(parser)
    parser.add_argument("--commands", action="store_true", help="show the exact commands too")
    _json(parser, "print one file per line as JSON, and the totals at the end")


def _results(parser: argparse.ArgumentParser) -> None:
    """Which further results, and where they all go."""
    _also(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("-o", "--output", metavar="DIR", help="where results go (default: beside their sources)")
    where.add_argument(
        "--replace", action="store_true", help="put results in their sources' place; “reelyard undo” takes that back"
    )
    parser.add_argument(
        "--if-exists", choices=("rename", "overwrite", "skip"), help="what to do when a result's name is taken"
    )


def _also(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--also",
        metavar="P",
        action="append",
        default=[],
        help="make a further file by this preset, in the same decode",
    )


def _forecast(parser: argparse.ArgumentParser) -> None:
    _what(parser)
    _also(parser)
    _json(parser, "print one forecast per line as JSON")


def _resume(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", metavar="N", type=_places, help="how many jobs use the processor at once")
    _json(parser, "print one event per line as JSON, and run.finished at the end")


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", nargs="?", default="", help="its number, its id, or how that begins")
    parser.add_argument("--list", action="store_true", dest="lists", help="list what can be undone")
    _json(parser, "print one replaced source per line as JSON")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="DIR", help="where the clip and the result go")


def _listing(parser: argparse.ArgumentParser) -> None:
    _json(parser, "print JSON")


def _presets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "act", metavar="list|export|import|remove", nargs="?", default="list", help="what to do (default: list)"
    )
    parser.add_argument(
        "names", metavar="ID|FILE", nargs="*", help="the presets to export or remove, or the files to import"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where an exported preset goes (default: the terminal)")
    parser.add_argument("--as", dest="as_id", metavar="ID", default="", help="the id of the one that is imported")
    parser.add_argument("--replace", action="store_true", help="take the place of what has the id or the name already")
    _json(parser, "print JSON")


def _probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    _json(parser, "print JSON")


def _history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--search", metavar="TEXT", default="", help="only jobs with these words in name or recipe")
    parser.add_argument("--limit", metavar="N", type=_places, default=50, help="how many at most (default: 50)")
    _json(parser, "print one job per line as JSON")


def _log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="its number, its id, or how that begins")
    parser.add_argument("--commands", action="store_true", help="print only the commands that were run")


VERBS = {
    "run": Verb("Do a recipe on files and folders.", _run),
    "plan": Verb("Say what a run would do with each file, and why.", _plan),
    "forecast": Verb("Say how large results would be and how long they would take.", _forecast),
    "resume": Verb("Finish what an earlier run left.", _resume),
    "undo": Verb("Put back a source that was replaced, in exchange for its result.", _undo),
    "queue": Verb("List the jobs that have not ended.", _listing),
    "history": Verb("List the jobs that have ended, the last one first.", _history),
    "log": Verb("Print what was said while a job ran, and its exact commands.", _log),
    "recipes": Verb("List what can be made, with all options.", _listing),
    "presets": Verb("List, export, import or remove named sets of options.", _presets),
    "probe": Verb("Show what is in a media file.", _probe),
    "doctor": Verb("Check tools, encoders, folders and the database.", _listing),
    "demo": Verb("Make a short clip and do the main job on it.", _demo),
}


def _json(parser: argparse.ArgumentParser, help_: str) -> None:
    parser.add_argument("--json", action="store_true", help=help_)


def _places(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"“{value}” is not a whole number above 0")
    return number


def _pairs(sets: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in sets:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise _wrong_use(f"--set was given “{text}”.", "", "Write it as --set option=value.")
        pairs[name] = value
    return pairs


def _split(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The first word and the rest. A `--home DIR` before the verb is moved behind it."""
    rest = list(arguments)
    home: list[str] = []
    while rest and (rest[0] == "--home" or rest[0].startswith("--home=")):
        taken = 2 if rest[0] == "--home" else 1
        home, rest = home + rest[:taken], rest[taken:]
    return (rest[0], [*home, *rest[1:]]) if rest else ("", home)


def _nearest(name: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), "")


def _wrong_use(what: str, nearest: str, hint: str) -> Exception:
    from pipeline.model.problem import PipelineError, wrong_use  # only who errs waits for it

    return PipelineError(wrong_use(what, f"Perhaps “{nearest}” was meant. {hint}" if nearest else hint))
