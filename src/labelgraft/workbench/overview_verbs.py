"""The verb of the overview."""

from __future__ import annotations

from collections.abc import Hashable

from labelgraft.domain.image import ImageState
from labelgraft.domain.overview import LearningCurve, Overview
from labelgraft.services.tell_overview import learning_curve, tell_overview, with_curve
from labelgraft.storage import classes, gestures, maps, models, projects
from labelgraft.workbench.project_base import ProjectBase

FRESH_SHARE = 20
"""A curve is computed anew when a twentieth more images are labelled than at the last one; one label changes nothing."""


class OverviewVerbs(ProjectBase):
    """Where the project stands."""

    def overview(self) -> Overview:
        """What to do next, progress, quality so far, pace; the learning curve where it is computed already.

        Answers at once: `computing` says that a newer curve is on its way.
        """
        found: Overview = self._engine.kept.get(
            ("overview", self.id, *self._state()), lambda: tell_overview(self._workspace, self.id)
        )
        curve, computing, reason = self._engine.curves.newest(self.id, self._version(found), self._curve)
        return with_curve(found, curve, computing=computing, reason=reason)

    def _state(self) -> tuple[Hashable, ...]:
        """The same as long as nothing that the overview tells of has changed; some milliseconds."""
        with self._workspace.database.reading() as connection:
            return (
                gestures.last(connection, self.id),
                projects.get(connection, self.id),
                gestures.last_image(connection, self.id),
                classes.of_project(connection, self.id),
                tuple((each.id, each.name) for each in models.list_all(connection, self.id)),
                tuple(each.id for each in maps.list_all(connection, self.id)),
            )

    def _curve(self) -> LearningCurve:
        return learning_curve(self._workspace, self.id, self._engine.for_long_answers)

    def _version(self, found: Overview) -> tuple[int, ...]:
        """Changes when the labels have changed enough for another curve."""
        labelled = found.per_state[ImageState.LABELLED]
        step = max(1, labelled // FRESH_SHARE)
        return (labelled // step, *(each.labelled // step for each in found.per_class))
