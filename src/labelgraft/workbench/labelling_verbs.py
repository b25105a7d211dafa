"""The verbs that change labels: each one operation, each revertable as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.change import ChangeReport, LabelChange, Once
from labelgraft.domain.ids import ImageId, OperationId
from labelgraft.domain.image import ImageFilter, ImageState
from labelgraft.domain.operation import Cause, Operation, RevertReport
from labelgraft.domain.reports import AcceptReport
from labelgraft.domain.selection import Selection
from labelgraft.domain.selector import Selector
from labelgraft.errors import UnknownNumber
from labelgraft.services.accept_proposals import AcceptRequest, accept_proposals
from labelgraft.services.change_labels import TOLD_IMAGES, change_labels
from labelgraft.services.order_selection import odd_ones_first
from labelgraft.services.read_answers import Doubtful, doubtful, read_answers
from labelgraft.storage import journal, labelling, operations, reverting
from labelgraft.workbench.project_base import ProjectBase

if TYPE_CHECKING:
    from sqlalchemy import Connection


class LabellingVerbs(ProjectBase):
    """Select, label, clear, set aside, accept, look back, take back."""

    def select(
        self, *, images: Sequence[int] | None = None, island: int | None = None,
        lasso: Sequence[tuple[float, float]] | None = None, round_number: int | None = None,
        path_contains: str | None = None, leave_out: Sequence[int] = (), unlabelled_only: bool = False,
    ) -> Selection:  # fmt: skip
        """The images of one gesture: by ids, island, lasso (corners in map units) or text in the path.

        leave_out: the odd ones. Raises BadSetting, BadInput, UnknownName.
        """
        wanted = None if path_contains is None else ImageFilter(path_contains=path_contains)
        return self.choose(
            Selector(
                images=images, island=island, lasso=lasso, filter=wanted, round_number=round_number,
                leave_out=leave_out, unlabelled_only=unlabelled_only,
            )
        )  # fmt: skip

    def label(self, images: Selection | Sequence[int], class_name: str) -> Operation:
        """Give a class to images. Raises UnknownName, BadInput; nothing is saved then."""
        chosen, class_id = self._chosen(images), self._class_id(class_name)
        words = f"{images_in_words(chosen)} labelled {class_name} {chosen.words}".rstrip()
        with self._workspace.database.writing() as connection:
            return labelling.set_class(
                connection, self.id, chosen.image_ids, class_id, author=self._engine.person, cause=chosen.cause,
                summary=words, detail=chosen.detail,
            )  # fmt: skip

    def clear(self, images: Selection | Sequence[int]) -> Operation:
        """Take every class away from images."""
        chosen = self._chosen(images)
        words = f"Labels of {images_in_words(chosen)} taken away {chosen.words}".rstrip()
        with self._workspace.database.writing() as connection:
            return labelling.clear_class(
                connection, self.id, chosen.image_ids, author=self._engine.person, cause=chosen.cause, summary=words,
                detail=chosen.detail,
            )  # fmt: skip

    def set_aside(self, images: Selection | Sequence[int], *, unclear: bool = False) -> Operation:
        """Mark images as skipped, or as unclear; the queue passes them over and nothing is trained on them."""
        chosen = self._chosen(images)
        state = ImageState.UNCLEAR if unclear else ImageState.SKIPPED
        words = f"{images_in_words(chosen)} marked {state.value} {chosen.words}".rstrip()
        with self._workspace.database.writing() as connection:
            return labelling.set_state(
                connection, self.id, chosen.image_ids, state, author=self._engine.person, cause=chosen.cause,
                summary=words, detail=chosen.detail,
            )  # fmt: skip

    def accept(
        self, *, threshold: float | None = None, island: int | None = None, images: Sequence[int] | None = None,
        class_name: str | None = None, dry_run: bool = False,
    ) -> AcceptReport:  # fmt: skip
        """Turn proposals of unlabelled images into labels, as one operation.

        Every condition that is given must hold; at least one of threshold, island and images. Raises BadSetting,
        BadInput, UnknownName.
        """
        chosen = None
        if island is not None or images is not None:
            chosen = self.select(images=images, island=island)
        request = AcceptRequest(chosen, threshold, class_name)
        return accept_proposals(
            self._workspace, self.id, request, author=self._engine.person, dry_run=dry_run
        )

    def change_labels(self, change: LabelChange, *, once: Once | None = None) -> ChangeReport:
        """Do one gesture of any kind, or tell what it would do; done once under a key, however often it is sent.

        Raises BadSetting, BadInput, UnknownName, StaleRevision; nothing is saved then.
        """
        return change_labels(
            self._workspace, self.id, self._engine.compact, change, author=self._engine.person, once=once
        )

    def odd_ones_first(self, chosen: Selection) -> tuple[Ints, Floats]:
        """The images of a selection, the oddest first, and how odd each is in robust standard deviations."""
        return odd_ones_first(self._workspace, self.id, chosen, self._engine.compact)

    def answers(self) -> dict[ImageId, str]:
        """The class of every image that has one: its label, else the surest proposal."""
        return read_answers(self._workspace, self.id)

    def doubtful(self, count: int = 40) -> list[Doubtful]:
        """Unlabelled images whose proposals are the least sure, in that order: the first to look through."""
        return doubtful(self._workspace, self.id, count)

    def history(
        self, *, before: int | None = None, limit: int = 100, cause: Cause | None = None
    ) -> tuple[Operation, ...]:
        """Operations, newest first; all of them, or those of one cause."""
        start = None if before is None else OperationId(before)
        with self._workspace.database.reading() as connection:
            return operations.page(connection, self.id, start, limit, cause)

    def operation(self, number: int) -> Operation:
        """One operation. Raises UnknownNumber."""
        with self._workspace.database.reading() as connection:
            self._check_operation(connection, OperationId(number))
            return operations.get(connection, OperationId(number))

    def operation_images(self, number: int) -> list[ImageId]:
        """The images that an operation touched, in the order of their numbers. Raises UnknownNumber."""
        with self._workspace.database.reading() as connection:
            self._check_operation(connection, OperationId(number))
            return journal.image_ids(connection, OperationId(number))

    def revert(self, operation: int, *, dry_run: bool = False, once: Once | None = None) -> RevertReport:
        """Take back any operation as a whole; says which later ones that overrides. Raises UnknownNumber."""
        operation_id = OperationId(operation)
        with self._workspace.database.writing() as connection:
            self._check_operation(connection, operation_id)
            if once is None:
                return reverting.revert(connection, operation_id, author=self._engine.person, dry_run=dry_run)
            operations.done_before(connection, self.id, once.key, once.digest)
            report = reverting.revert(
                connection,
                operation_id,
                author=self._engine.person,
                dry_run=dry_run,
                idempotency_key=once.key,
            )
            if report.operation is not None:
                operations.remember_request(connection, report.operation.id, once.digest)
            return report

    def operation_revisions(self, operation: Operation) -> dict[ImageId, int] | None:
        """The revisions of the images that an operation touched; None where they are more than 500."""
        if operation.image_count > TOLD_IMAGES:
            return None
        with self._workspace.database.reading() as connection:
            touched = journal.image_ids(connection, operation.id)
            return operations.revisions(connection, self.id, touched)

    def _check_operation(self, connection: Connection, operation_id: OperationId) -> None:
        if not operations.is_of(connection, self.id, operation_id):
            raise UnknownNumber(
                f"This project has no operation {operation_id}. The history lists those there are. Nothing was changed."
            )

    def _chosen(self, images: Selection | Sequence[int]) -> Selection:
        """Ids as a selection."""
        return images if isinstance(images, Selection) else Selection(tuple(ImageId(int(i)) for i in images))


def images_in_words(chosen: Selection) -> str:
    """ "1 image", "1,200 images"."""
    count = len(chosen.image_ids)
    return "1 image" if count == 1 else f"{count:,} images"
