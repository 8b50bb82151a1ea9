"""The window as a whole: builds its models and widgets on an opened engine and connects them."""

from __future__ import annotations

import asyncio
import os
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app import text
from app.bridge.events import EventInbox, News
from app.bridge.executor import PoolExecutor
from app.models.history import HistoryModel
from app.models.jobs import JobsModel
from app.models.naming import Naming
from app.models.presets import Choice, choices_of
from app.ui import file_manager, question
from app.ui.history_page import HistoryPage
from app.ui.intake import Intake
from app.ui.job_verbs import FileManager, JobVerbs
from app.ui.live_windows import LiveWindows
from app.ui.main_window import QUEUE, MainWindow
from app.ui.parts import Core
from app.ui.queue_page import QueuePage
from app.ui.recipe_picker import RecipePicker
from pipeline.model.destination import Destination
from pipeline.model.event import Noticed
from pipeline.model.job import Job
from pipeline.model.problem import Action
from pipeline.model.state import State


class Window(QObject):
    """Holds the parts for as long as the window lives. Everything in it belongs to the main thread."""

    def __init__(
        self,
        core: Core,
        executor: PoolExecutor,
        destination: Destination,
        files: FileManager = file_manager,
        frame: MainWindow | None = None,
    ) -> None:
        super().__init__()
        self._control = core.control
        self._executor = executor
        self._files = files
        self._dialog: QFileDialog | None = None
        recipes = core.presets.recipes()
        choices = choices_of(recipes, core.presets.presets())
        naming = Naming([(recipe.id, recipe.label) for recipe in recipes], core.presets.presets(), core.control.stages)
        self.inbox = EventInbox(core.bus, self)
        self.jobs = JobsModel(core.control, naming, self)
        self.past = HistoryModel(core.history, executor.ask, naming, self)
        self.verbs = JobVerbs(core.control, files, self)
        self.intake = Intake(core.control, core.presets, executor, self)
        self.picker = RecipePicker(choices, _usual(choices, core), destination)
        self.frame = frame or MainWindow()
        self.frame.fill(QueuePage(self.jobs, self.verbs, self.picker), HistoryPage(self.past, self.verbs), choices)
        self.live = LiveWindows(self.jobs, self.verbs, self._read_log, self.frame)
        self._connect(core)
        if core.salvaged is not None:
            self.frame.queue.notice.show_problem(core.salvaged)
        self.jobs.load()

    def add(self, paths: list[str]) -> None:
        """Queues files and folders as a drop would."""
        self.intake.add_paths(paths, self.picker.choice, self.picker.destination)

    async def close(self) -> None:
        """Ends what the window itself has under way; the engine is closed after it."""
        self.frame.side_bar.overall.stop()
        self.inbox.close()
        self.past.forget()
        self.live.close_all()
        await self.intake.close()
        self.frame.close()
        # Here and now, in the main thread: left to the garbage collector, it might die in a thread of the engine's.
        for part in (self.frame, self):
            gone = asyncio.get_running_loop().create_future()
            part.destroyed.connect(partial(gone.set_result, None))
            part.deleteLater()
            await gone

    def _connect(self, core: Core) -> None:
        frame, queue = self.frame, self.frame.queue
        self.inbox.delivered.connect(self.jobs.take)
        self.inbox.delivered.connect(self.past.take)
        self.inbox.delivered.connect(self.live.take)
        self.inbox.delivered.connect(self._on_news)
        self.verbs.said.connect(frame.toast.say)
        self.verbs.cancel_asked.connect(self._on_cancel_asked)
        self.intake.said.connect(frame.toast.say)
        self.intake.skipped.connect(self._on_skipped)
        self.intake.looking.connect(queue.show_looking)
        self.intake.listed.connect(self.jobs.load)
        queue.stop_looking.connect(self.intake.stop)
        queue.pause_all.connect(self._on_pause_all)
        queue.notice.chosen.connect(self._on_notice_chosen)
        frame.drops.dropped.connect(self._on_dropped)
        frame.files_chosen.connect(self.add)
        frame.retry_failed.connect(self._on_retry_failed)
        frame.clear_finished.connect(self._on_clear_finished)
        frame.ask_before_leaving(self._running)
        frame.side_bar.overall.watch(self.jobs.rows, core.control.queue_eta)
        self.live.remedy_chosen.connect(self._on_remedy)
        self.picker.chosen.connect(self._on_picked)
        self.jobs.counted.connect(self._on_counted)
        queue.show_paused(is_paused=core.control.is_draining)
        self._on_picked()

    async def _read_log(self, job_id: str) -> tuple[str, ...]:
        return await self._executor.ask(lambda: self._control.log(job_id))

    def _running(self) -> int:
        return sum(row.job.state in (State.RUNNING, State.PAUSING, State.COMPLETING) for row in self.jobs.rows())

    def _in(self, state: State) -> list[Job]:
        return [row.job for row in self.jobs.rows() if row.job.state is state]

    @Slot()
    def _on_picked(self) -> None:
        self.frame.drops.overlay.usually(self.picker.choice.title)

    @Slot(object, object)
    def _on_dropped(self, addresses: bytes, choice: Choice | None) -> None:
        if choice is not None:
            self.picker.choose(choice)
        self.frame.side_bar.choose(QUEUE)
        self.intake.add_dropped(addresses, self.picker.choice, self.picker.destination)

    @Slot(str, str)
    def _on_skipped(self, sentence: str, detail: str) -> None:
        self.frame.toast.say(sentence, "Show", lambda: question.tell(self.frame, sentence, detail))

    @Slot()
    def _on_counted(self) -> None:
        self.frame.side_bar.count(QUEUE, self.jobs.count("active") + self.jobs.count("waiting"))
        self.frame.side_bar.overall.look_soon()

    @Slot(bool)
    def _on_pause_all(self, pause: bool) -> None:
        if pause:
            self._control.pause_all()
        else:
            self._control.resume_all()
        self.frame.queue.show_paused(is_paused=self._control.is_draining)

    @Slot()
    def _on_retry_failed(self) -> None:
        if failed := self._in(State.FAILED):
            self.verbs.retry(failed)

    @Slot()
    def _on_clear_finished(self) -> None:
        if ended := [row.job for row in self.jobs.rows() if row.job.state.is_terminal]:
            self.verbs.remove(ended)

    @Slot(object)
    def _on_cancel_asked(self, jobs: tuple[Job, ...]) -> None:
        what = text.one_line(jobs[0].name) if len(jobs) == 1 else text.count(len(jobs), "job")
        lost = text.duration(sum(job.active_ms for job in jobs) / 1000)
        question.ask(
            self.frame,
            f"Cancel {what}?",
            f"{lost} of work is lost.",
            safe="Keep going",
            verb="Cancel job" if len(jobs) == 1 else "Cancel jobs",
            then=lambda: self.verbs.cancel_now(jobs),
        )

    @Slot(object)
    def _on_news(self, news: News) -> None:
        for fact in news.facts:
            if isinstance(fact, Noticed):
                self.frame.queue.notice.show_problem(fact.problem)

    @Slot(str)
    def _on_notice_chosen(self, action: str) -> None:
        self.frame.queue.notice.clear()

    @Slot(str, str)
    def _on_remedy(self, job_id: str, action: Action) -> None:
        row = self.jobs.row(job_id)
        if row is None:
            return
        job = row.job
        match action:
            case "retry":
                self.verbs.retry([job])
            case "choose_destination":
                self._ask_other_folder(job)
            case "free_space" | "show_folder":
                self._files.reveal([os.path.join(job.destination_folder, job.name)])
            case "locate_source":
                self._files.reveal([job.source.file])
            case "show_details":
                self.verbs.show_log([job])
            case "report":
                self.frame.toast.say("Report copied")
            case _:
                pass

    def _ask_other_folder(self, job: Job) -> None:
        """The job is made anew with another folder: a Job's destination is never changed."""

        def go(folder: str) -> None:
            self._control.remove([job.id])
            other = Destination(os.fsencode(folder), job.destination.if_exists)
            self._control.add([job.source], job.flow, other, priority=job.priority)

        self._dialog = QFileDialog(self.frame, "Choose a folder for the result", job.destination_folder)
        self._dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._dialog.fileSelected.connect(go)
        self._dialog.open()


def _usual(choices: tuple[Choice, ...], core: Core) -> Choice:
    recipe = core.presets.recipes()[0].id
    preset = core.presets.default(recipe).id
    return next(choice for choice in choices if (choice.recipe, choice.preset) == (recipe, preset))
