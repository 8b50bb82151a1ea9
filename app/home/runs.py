"""Takes what single runs beside an earlier owner have left into the home's own history."""

from __future__ import annotations

import logging
import os
import shutil
from functools import partial

from app.home.owner import claim
from app.home.places import Home
from pipeline.model.problem import PipelineError
from pipeline.store.takeover import ended_jobs, kept_sources, take
from pipeline.store.writer import Writer

_LOG = logging.getLogger(__name__)


def take_over_runs(home: Home, writer: Writer) -> None:
    """Moves the jobs and logs of every run that has ended; runs with an owner or with work left stay as they are."""
    for run in home.runs():
        try:
            with claim(run):
                jobs = ended_jobs(run.folder)
                if jobs is None:
                    continue
                writer.submit(partial(take, jobs=jobs, kept=kept_sources(run.folder))).result()
                _move_logs(run.logs_folder, home.logs_folder)
                shutil.rmtree(run.folder, ignore_errors=True)
        except PipelineError as error:
            _LOG.info("%s", error)
        except Exception as error:
            # Whatever is wrong with one run's database must not keep the home from opening.
            _LOG.warning("the run in %s is left as it is: %s", run.folder, error)


def _move_logs(source: str, target: str) -> None:
    if os.path.isdir(source):
        for name in os.listdir(source):
            os.replace(os.path.join(source, name), os.path.join(target, name))
