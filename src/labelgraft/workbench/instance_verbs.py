"""The verbs of the editor: what is drawn in an image, and one gesture on it."""

from __future__ import annotations

from collections.abc import Sequence

from labelgraft.domain.change import Once
from labelgraft.domain.details import ImageInstances
from labelgraft.domain.ids import ImageId
from labelgraft.domain.instance_edit import EditReport, InstanceEdit
from labelgraft.errors import UnknownNumber
from labelgraft.services.edit_instances import edit_instances, read_instances
from labelgraft.workbench.project_base import ProjectBase


class InstanceVerbs(ProjectBase):
    """Look at shapes, draw, change, delete, accept and reject them in one image."""

    def instances(self, image_id: int) -> ImageInstances:
        """What is drawn in an image, and proposed. Raises UnknownNumber."""
        found = self.instances_of([image_id])
        if not found:
            raise UnknownNumber(f"This project has no image {image_id}. It may have been removed since.")
        return found[0]

    def instances_of(self, image_ids: Sequence[int]) -> tuple[ImageInstances, ...]:
        """The same of several images, in the order asked for; those that are not here are left out."""
        return read_instances(self._workspace, self.id, [ImageId(number) for number in image_ids])

    def edit_instances(
        self, edit: InstanceEdit, *, expected_revision: int | None = None, once: Once | None = None
    ) -> EditReport:
        """Do one gesture on one image. Raises BadShape, BadInput, UnknownNumber, StaleRevision, Conflict."""
        return edit_instances(
            self._workspace,
            self.id,
            edit,
            author=self._engine.person,
            expected_revision=expected_revision,
            once=once,
        )
