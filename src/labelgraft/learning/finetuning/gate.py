"""Whether a rung of the ladder is kept: only if images that it was not trained on say that it is better."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.learning.finetuning.measuring import Score

FEW = 20
"""Below so many images a difference of one or two is mostly luck; the sentence then says so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """kept: the upper rung is the model. reason: a sentence for the user, with the numbers."""

    kept: bool
    reason: str


def gate(below: Score | None, above: Score | None, *, of: str) -> Verdict:
    """Kept if more images are right; or as many, and the loss is lower. Without images to measure on: not
    kept.

    of: what kind of images the scores are of, in words.
    """
    if below is None or above is None:
        return Verdict(
            False,
            "Not kept: no images are held out, so nobody can tell whether it is better. Name test folders or "
            "a test fraction above 0.",
        )
    numbers = f"{100 * below.accuracy:.1f} % -> {100 * above.accuracy:.1f} % of {above.count} {of}, "
    numbers += f"loss {below.loss:.3f} -> {above.loss:.3f}"
    doubt = "" if above.count >= FEW else " (few: read with care)"
    if above.beats(below):
        return Verdict(True, f"Kept: {numbers}{doubt}.")
    return Verdict(False, f"Not kept, as it is no better: {numbers}{doubt}.")
