from __future__ import annotations

from app.ui.job_menu import menu_for
from pipeline.model.state import State
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, entry


def test_one_job_has_plain_lines_with_their_keys(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        job = await scene.put("a.mp4", State.RUNNING)
        menu = menu_for([job], scene.window.verbs, scene.table)
        assert entry(menu, "pause").text() == "Pause\tSpace"
        assert entry(menu, "live").text().startswith("Show live progress\t")

    stage(story)


def test_several_jobs_have_counts_where_it_is_about_jobs(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        jobs = [await scene.put(f"{n}.mp4", State.RUNNING) for n in range(3)]
        jobs.append(await scene.put("p.mp4", State.PAUSED))
        menu = menu_for(jobs, scene.window.verbs, scene.table)
        assert entry(menu, "pause").text().startswith("Pause 3\t")
        assert entry(menu, "cancel").text().startswith("Cancel 4\t")
        entry(menu, "pause").trigger()
        assert scene.control.asked == [("pause", tuple(job.id for job in jobs[:3]))]

    stage(story)


def test_a_job_that_is_being_cancelled_says_so(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        job = await scene.put("a.mp4", State.CANCELING)
        last = menu_for([job], scene.window.verbs, scene.table).actions()[-1]
        assert (last.text(), last.isEnabled()) == ("Stopping, keeping nothing", False)

    stage(story)
