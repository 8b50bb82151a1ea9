"""Builds the parts and gives A to B: the only file that wires. Starts them in order, and stops them in order."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

import resources
from app.home import Home
from app.home.logs import keep_logs
from app.home.runs import take_over_runs
from app.settings import Settings
from pipeline.engine.bus import Bus
from pipeline.engine.control import Control
from pipeline.engine.estimate import Speeds
from pipeline.engine.executor import Executor
from pipeline.engine.housekeeping import Housekeeping
from pipeline.engine.lanes import Lanes
from pipeline.engine.presets import PresetBook
from pipeline.engine.probes import KeptProbes
from pipeline.engine.replay import Means
from pipeline.engine.roster import Roster
from pipeline.engine.runner import Runner
from pipeline.engine.scheduler import Scheduler
from pipeline.engine.settle import settle
from pipeline.engine.survey import Survey
from pipeline.engine.sweep import Sweeper
from pipeline.engine.undo import Undo
from pipeline.engine.watch import Watch
from pipeline.media import process
from pipeline.media.computer import machine
from pipeline.media.counter import COUNTER
from pipeline.media.mark import sweep
from pipeline.media.probe import Prober
from pipeline.media.system_fonts import has_fonts
from pipeline.media.toolchain import Toolchain
from pipeline.model.event import JobChanged, Noticed, Told
from pipeline.model.job import Job
from pipeline.model.machine import Fonts, Machine
from pipeline.model.problem import Problem
from pipeline.model.recipe import Recipe
from pipeline.model.state import State
from pipeline.recipes.convert import Convert
from pipeline.store.history import History
from pipeline.store.jobs import last_num, load_batches, load_unswept
from pipeline.store.recovery import Opened, open_database
from pipeline.store.speeds import all_rates
from pipeline.store.writer import Writer

RECIPES: tuple[Recipe[Any], ...] = (Convert(),)

PROBE_WORKERS = 2
SHUTDOWN_S = 10.0


@dataclass
class Core:
    """An opened engine, as the faces use it. `left` are the jobs that were open when it was opened."""

    home: Home
    control: Control
    bus: Bus
    presets: PresetBook
    toolchain: Toolchain
    prober: Prober
    history: History
    salvaged: Problem | None
    left: tuple[Job, ...]
    _executor: Executor
    _scheduler: Scheduler
    _watch: Watch
    _survey: Survey
    _housekeeping: Housekeeping
    _sweeper: Sweeper
    _probes: KeptProbes
    _writer: Writer
    _end_logs: Callable[[], None]

    def close(self) -> None:
        """Stops in order: work first, then what watches it, the store last. What ran comes back at the next start."""
        self._scheduler.close()
        self._executor.close(SHUTDOWN_S)
        self.prober.close()
        self._survey.close()
        self._watch.close()
        self._housekeeping.close()
        self._scheduler.save_again()
        self._sweeper.sweep(closing=True)
        self.history.close()
        self._probes.close()
        self._writer.close()
        COUNTER.close()
        process.close()
        self._end_logs()


def open_core(home: Home, settings: Settings, executor: Executor, *, scope: Literal["all", "added"]) -> Core:
    """Opens the engine on a home the caller owns, settles what a dead owner left, and starts what may start.

    With `added` only jobs that are added now are started.

    Raises:
        PipelineError: the store or the folders cannot be used, or a built-in preset is wrong.
    """
    for folder in (home.database_folder, home.cache_folder, home.logs_folder):
        os.makedirs(folder, exist_ok=True)
    end_logs = keep_logs(home)
    mark = os.path.realpath(home.folder)
    opened = open_database(home.database_folder)
    if not opened.was_clean:
        sweep(mark)
    toolchain = open_toolchain(home, settings)
    presets = open_presets(home)

    bus = Bus()
    trouble = _Trouble(bus, opened)
    writer = Writer(opened.path, bus.tell, trouble.on_trouble)
    writer.start()
    if not home.run_id:
        take_over_runs(home, writer)
    left = settle(writer, release=settings.release_after_crash)
    rates, batches, last, unswept = writer.submit(
        lambda c: (all_rates(c), load_batches(c), last_num(c), load_unswept(c))
    ).result()

    lock = threading.RLock()
    lanes = Lanes(lock, {"cpu": settings.places, "gpu": 2, "net": 4, "light": 4})
    speeds = Speeds(rates)
    probes = KeptProbes(opened.path, writer)
    prober = Prober(PROBE_WORKERS, cache=probes, mark=mark)
    recipes = recipes_by_id()
    before = frozenset(job.id for job in left)
    roster = Roster((lambda job: True) if scope == "all" else (lambda job: job.id not in before), last)
    # A failed job stays listed until it is handled, and a skipped one whose work is kept; what else ended is history.
    roster.add([*left, *(job for job in unswept if job.state in (State.FAILED, State.SKIPPED))], accepted=True)
    roster.add_batches(batches)
    means = Means(toolchain, writer, mark, low_priority=settings.low_priority, fonts=_own_fonts())
    runner = Runner(means=means, recipes=recipes, probe=prober.info, speeds=speeds, log_folder=home.logs_folder)
    scheduler = Scheduler(
        lock=lock,
        lanes=lanes,
        writer=writer,
        executor=executor,
        run=runner.run,
        places=settings.places,
        roster=roster,
    )
    runner.report_to(scheduler)
    sweeper = Sweeper(lock, scheduler, writer, home.logs_folder)
    sweeper.begin_with(unswept)
    watch = Watch(scheduler, sweeper, writer, stall_after_s=settings.stall_after_s)
    survey = Survey(scheduler, prober.info)
    undo = Undo(lock, scheduler, writer)
    undo.mend()
    control = Control(
        lock=lock,
        scheduler=scheduler,
        recipes=recipes,
        speeds=speeds,
        sweeper=sweeper,
        undo=undo,
        log_folder=home.logs_folder,
    )
    trouble.report_to(scheduler, watch)
    bus.subscribe(survey.hear)
    bus.subscribe(lambda told: _tell_sweeper(told, control, sweeper))
    history = History(opened.path)
    housekeeping = Housekeeping(
        writer,
        opened.path,
        settings.history_days,
        keep_replaced_days=settings.keep_replaced_days,
        sweep=undo.sweep,
    )
    survey.start()
    survey.add([job.id for job in left])
    housekeeping.start()
    watch.start()
    scheduler.begin()
    return Core(
        home=home,
        control=control,
        bus=bus,
        presets=presets,
        toolchain=toolchain,
        prober=prober,
        history=history,
        salvaged=opened.salvaged,
        left=left,
        _executor=executor,
        _scheduler=scheduler,
        _watch=watch,
        _survey=survey,
        _housekeeping=housekeeping,
        _sweeper=sweeper,
        _probes=probes,
        _writer=writer,
        _end_logs=end_logs,
    )


def open_presets(home: Home) -> PresetBook:
    """Recipes and presets, read without opening the database."""
    built_in = ((name, resources.text(f"presets/{name}")) for name in resources.names("presets"))
    return PresetBook(recipes_by_id(), built_in, home.presets_folder)


def open_toolchain(home: Home, settings: Settings) -> Toolchain:
    """The tools, with their cache in the home."""
    chosen = shutil.which("ffmpeg") or "ffmpeg" if settings.ffmpeg == "path" else settings.ffmpeg
    return Toolchain(chosen or None, os.path.join(home.cache_folder, "tools"))


def _own_fonts() -> Fonts:
    """The fonts subtitles are drawn in that name none of their own."""
    files = tuple(str(resources.path(f"fonts/Inter-{weight}.ttf")) for weight in ("Regular", "Bold"))
    return Fonts("Inter", files, are_all=not has_fonts())


def machine_of(toolchain: Toolchain, *, with_hardware: bool) -> Machine:
    """What Scripts are told of this computer, as in a run.

    Raises:
        PipelineError: there is no usable ffmpeg to try hardware encoders with.
    """
    return msgspec.structs.replace(machine(toolchain, with_hardware=with_hardware), fonts=_own_fonts())


def recipes_by_id() -> Mapping[str, Recipe[Any]]:
    """The recipes that are installed, in the order they are offered."""
    return {recipe.id: recipe for recipe in RECIPES}


class _Trouble:
    """Carries “the store cannot be written” from the writer to those who must know."""

    def __init__(self, bus: Bus, opened: Opened) -> None:
        self._bus = bus
        self._epoch = opened.epoch
        self._listeners: tuple[Scheduler, Watch] | None = None

    def report_to(self, scheduler: Scheduler, watch: Watch) -> None:
        """Says who must know."""
        self._listeners = (scheduler, watch)

    def on_trouble(self, problem: Problem | None) -> None:
        """Called by the writer when writing stops working, and when it works again."""
        if self._listeners is not None:
            scheduler, watch = self._listeners
            scheduler.block(problem is not None)
            watch.trouble(problem is not None)
        if problem is not None:
            # It cannot be committed, so it has no number; readers are told all the same.
            self._bus.tell([Told(Noticed("error", problem), 0, 0, 0, time.time_ns() // 1_000_000, self._epoch)])


def _tell_sweeper(told: Sequence[Told], control: Control, sweeper: Sweeper) -> None:
    for each in told:
        match each.event:
            case JobChanged(job_id=job_id, state=state):
                job = control.job(job_id)
                if job is not None and state.is_terminal and job.state.is_terminal:
                    sweeper.ended(job)
            case _:
                pass
