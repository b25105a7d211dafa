"""Scikit-learn's handwritten digits as image files: something to label where nothing may be downloaded."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

import numpy as np

from labelgraft.storage.files import TORN

SIDE_PX = 96
DIGITS = tuple("0123456789")
NAME = "digits"


def draw_digits(folder: Path) -> Path:
    """1,797 digits as one PNG each in `folder`/images and a labels.csv beside; `folder` must not be there."""
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    (folder / "images").mkdir(parents=True)
    lines = ["path,label"]
    for number, (grey, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        image = Image.fromarray(np.uint8(255 - grey * 15.9375))
        image = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
        path = f"images/{number:04}.png"
        image.save(folder / path)
        lines.append(f"{path},{label}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def keep_digits(folder: Path) -> Path:
    """The images of the digits in a folder of the workspace, drawn there once and whole; without their labels."""
    place = folder / NAME
    if not place.exists():
        folder.mkdir(exist_ok=True)
        beside = folder / f"{NAME}-{uuid4().hex[:8]}{TORN}"
        try:
            (draw_digits(beside) / "labels.csv").unlink()
            beside.rename(place)
        except OSError:
            if not place.exists():  # unless somebody else was quicker
                raise
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return place
