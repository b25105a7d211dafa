"""The verbs of classes."""

from __future__ import annotations

from collections.abc import Sequence

from labelgraft.domain.change import ChangeReport, Once
from labelgraft.domain.ids import ClassId
from labelgraft.domain.operation import Operation
from labelgraft.domain.project import LabelClass
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import UnknownNumber
from labelgraft.services import change_classes as changing
from labelgraft.services.change_classes import KEEP, ClassGesture, Keep
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes
from labelgraft.workbench.project_base import ProjectBase

__all__ = ["KEEP", "ClassVerbs", "Keep"]


class ClassVerbs(ProjectBase):
    """Add, change, put in order, merge, delete; by name for the terminal, by number and with a trial for screens."""

    def set_classes(self, names: Sequence[str]) -> tuple[LabelClass, ...]:
        """Add the classes that are missing; gives all of them."""
        with self._workspace.database.writing() as connection:
            classes.ensure(connection, self.id, names)
        return self.classes()

    def rename_class(self, old: str, new: str) -> None:
        """Call a class by another name; its labels stay. Raises UnknownName, AlreadyExists."""
        self.change_class(self._class_id(old), name=new)

    def merge_class(self, name: str, into: str) -> Operation:
        """Give every label of one class to another and delete it, as one operation. Raises UnknownName."""
        gone, kept = self._class_id(name), self._class_id(into)
        with self._workspace.database.writing() as connection:
            return classes.merge(connection, self.id, gone, kept, author=self._engine.person)

    def delete_class(self, name: str) -> Operation:
        """Delete a class with its labels, as one operation. Raises UnknownName."""
        class_id = self._class_id(name)
        with self._workspace.database.writing() as connection:
            return classes.delete(connection, self.id, class_id, author=self._engine.person)

    def class_counts(self) -> dict[ClassId, int]:
        """How many labels each class has; classes without any are left out."""
        with self._workspace.database.reading() as connection:
            return truth.counts(connection, self.id)

    def add_class(
        self, name: str, *, colour: str | None = None, key: str | None = None, dry_run: bool = False,
        once: Once | None = None,
    ) -> ChangeReport:  # fmt: skip
        """Add one class; colour and key are chosen where none is given. Raises BadInput, AlreadyExists."""
        return changing.add_class(self._workspace, self.id, name, colour, key, self._gesture(dry_run, once))

    def add_classes(
        self, names: Sequence[str], *, dry_run: bool = False, once: Once | None = None
    ) -> ChangeReport:
        """Add several classes as one operation. Raises BadInput, AlreadyExists; then none is added."""
        return changing.add_classes(self._workspace, self.id, names, self._gesture(dry_run, once))

    def change_class(
        self, class_id: int, *, name: str | None = None, colour: str | None = None, key: str | None = KEEP,
        skeleton: Skeleton | Keep | None = KEEP, dry_run: bool = False, once: Once | None = None,
    ) -> ChangeReport:  # fmt: skip
        """Rename or recolour a class, or give it another key, or none, or other keypoints.

        Raises UnknownNumber, BadInput, AlreadyExists; Conflict for another number of points while instances have them.
        """
        known = self._known(class_id)
        return changing.change_class(
            self._workspace, self.id, known, self._gesture(dry_run, once), name=name, colour=colour, key=key,
            skeleton=skeleton,
        )  # fmt: skip

    def order_classes(
        self, class_ids: Sequence[int], *, dry_run: bool = False, once: Once | None = None
    ) -> ChangeReport:
        """Put the classes into an order that names each once. Raises BadInput."""
        wanted = [ClassId(number) for number in class_ids]
        return changing.order_classes(self._workspace, self.id, wanted, self._gesture(dry_run, once))

    def merge_classes(
        self, class_id: int, into: int, *, dry_run: bool = False, once: Once | None = None
    ) -> ChangeReport:
        """Give the labels of a class to another and delete it. Raises UnknownNumber, BadInput."""
        gone, kept = self._known(class_id, once), self._known(into)
        return changing.merge_classes(self._workspace, self.id, gone, kept, self._gesture(dry_run, once))

    def delete_class_by_id(
        self, class_id: int, *, dry_run: bool = False, once: Once | None = None
    ) -> ChangeReport:
        """Delete a class with its labels. Raises UnknownNumber."""
        known = self._known(class_id, once)
        return changing.delete_class(self._workspace, self.id, known, self._gesture(dry_run, once))

    def _gesture(self, dry_run: bool, once: Once | None) -> ClassGesture:
        return ClassGesture(self._engine.person, once, dry_run)

    def _known(self, class_id: int, once: Once | None = None) -> ClassId:
        """Raises UnknownNumber, but not for a request that may have been done before: its class is gone by it."""
        if once is None and all(known.id != class_id for known in self.classes()):
            raise UnknownNumber(
                f"The project has no class number {class_id}. It may have been deleted since. Nothing was changed."
            )
        return ClassId(class_id)
