"""What every gesture does to the columns of images, written down for the web application's own prediction of it.

`web/src/store/effects.table.json` is read by effects.contract.test.ts, and compared here with what the server does: a
change of either side fails. To write it anew: LABELGRAFT_WRITE_TABLES=1 pytest tests/server/test_effects_table.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.server.served import Served
from tests.server.test_labelling import classes_of, done, ids_of, propose, states

TABLE = Path(__file__).resolve().parents[2] / "web" / "src" / "store" / "effects.table.json"
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("label", {"class_id": "cat"}), ("label", {"class_id": "dog"}), ("unlabel", {"class_id": "cat"}), ("clear", {}),
    ("skip", {}), ("unclear", {}), ("reopen", {}), ("reject", {}), ("accept", {}), ("accept", {"threshold": 0.8}),
    ("accept", {"class_id": "dog"}), ("accept", {"class_id": "cat"}), ("split", {"split": "test"}),
    ("split", {"split": None}), ("folder", {"folder": "holiday"}),
]  # fmt: skip


def seen(served: Served, image_ids: list[int]) -> list[dict[str, Any]]:
    """The columns of these images, folders by name, NaN as null."""
    found, facts = states(served)
    rows = [found["image_ids"].tolist().index(each) for each in image_ids]
    return [
        {
            "state": int(found["states"][row]),
            "class_id": int(found["class_ids"][row]),
            "proposal_class_id": int(found["proposal_class_ids"][row]),
            "confidence": None if (sure := float(found["confidences"][row])) != sure else round(sure, 4),
            "folder": facts["folders"][found["folder_index"][row]],
            "split": int(found["splits"][row]),
            "revision": int(found["revisions"][row]),
        }
        for row in rows
    ]


def test_the_effects_that_the_web_application_predicts_are_those_of_the_server(served: Served) -> None:
    named = classes_of(served)
    cat, dog = named["cat"], named["dog"]
    ids = ids_of(served)[:9]
    # New; proposed, surely and not; labelled each way, with and without a proposal; skipped and unclear, each with one.
    _new, sure, unsure, label_cat, label_dog, over, skipped, unclear, bare = ids
    propose(served, {sure: 0.95, unsure: 0.6, over: 0.9, skipped: 0.7, unclear: 0.85}, dog)
    done(served, "label", [label_cat, over], class_id=cat)
    done(served, "label", [label_dog], class_id=dog)
    done(served, "skip", [skipped, bare])
    done(served, "unclear", [unclear])
    before = seen(served, ids)
    assert {row["state"] for row in before} == {0, 1, 2, 3, 4}
    told: list[dict[str, Any]] = []
    for kind, more in KINDS:
        body: dict[str, Any] = {
            name: named[value] if name == "class_id" else value for name, value in more.items()
        }
        operation = done(served, kind, ids, **body)["operation"]
        told.append({"body": dict(body, kind=kind), "after": seen(served, ids)})
        if operation is not None:
            answer = served.client.post(f"{served.path}/operations/{operation['id']}/revert", json={})
            assert answer.status_code == 200, answer.text
            # Where it was, but for the revision, which goes on.
            now = seen(served, ids)
            bare_of = [
                [{k: v for k, v in row.items() if k != "revision"} for row in rows] for rows in (now, before)
            ]
            assert bare_of[0] == bare_of[1], kind
            told[-1]["before"] = before
            before = now
        else:
            told[-1]["before"] = before
    table = json.dumps({"image_ids": ids, "gestures": told}, indent=1) + "\n"
    if os.environ.get("LABELGRAFT_WRITE_TABLES"):
        TABLE.write_text(table, encoding="utf-8")
    assert json.loads(TABLE.read_text(encoding="utf-8")) == json.loads(table)
