"""Train the last blocks of a backbone, or all of it: prepares the images, runs the training in a process of its own,
and keeps what comes of it as a model whose embedding every image gets.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from labelgraft.domain import split as splits
from labelgraft.domain.annotation import Author
from labelgraft.domain.arrays import Bools, Floats, Ints, Pixels
from labelgraft.domain.backbone import Backbone
from labelgraft.domain.ids import ProjectId, RunId
from labelgraft.domain.model import Model, Quality, Run, RunState
from labelgraft.domain.training import TrainingProgress, TrainingSettings
from labelgraft.errors import JobCancelled, LabelgraftError
from labelgraft.formats.pixels import Limits
from labelgraft.learning.backbones import registry
from labelgraft.learning.calibration import fit_temperature, probabilities
from labelgraft.learning.finetuning.deployed import LAYER
from labelgraft.learning.finetuning.frozen_facts import Engine
from labelgraft.learning.finetuning.parent import TrainingProcess, TrainingResult
from labelgraft.learning.finetuning.request import HELD_OUT, TARGETS, Request
from labelgraft.learning.quality import measure
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import preprocessing_text, read_vectors
from labelgraft.services.read_labels import Labels, need_labels, read_labels
from labelgraft.services.run_inputs import (
    IMAGE_IDS,
    clean_inputs,
    drop_inputs,
    inputs_at_hand,
    sample_of,
    write_inputs,
)
from labelgraft.services.train_model import begin_run, card_of, end_run
from labelgraft.services.training_set import TrainingSet, training_set
from labelgraft.storage import held_out as held_out_answers
from labelgraft.storage import model_files, models, projects, runs
from labelgraft.storage.embeddings import EmbeddingKey
from labelgraft.storage.files import write_atomically
from labelgraft.storage.held_out import HeldOutAnswers
from labelgraft.storage.workspace import Workspace

HOLD_OUT_FROM = 50
"""Labels from which a fifth is held out of this run alone, where there is no test split: a rung of the ladder is kept only
if images that it was not trained on say that it is better."""
FOLDS = 5
POLL_SECONDS = 0.2
CACHE_BYTES = 10_000_000_000

Tell = Callable[[TrainingProgress], None]


def finetune(
    workspace: Workspace, project_id: ProjectId, settings: TrainingSettings, resident: Resident, author: Author, *,
    limits: Limits, key: str, run_id: int | None = None, tell: Tell = lambda _progress: None,
    stop_requested: Callable[[], bool] = lambda: False, cache_bytes: int = CACHE_BYTES,
) -> Model:  # fmt: skip
    """Fine-tune (or train from scratch) on the labels so far and make the result the active model.

    key: names the job; the same key again goes on with the run that it began. run_id: go on with this interrupted run. Both
    go on from the last checkpoint. When a stop is requested, the last finished epoch is
    the model. cache_bytes: what activations may take for later runs. Raises NothingLabelled,
    NotEnoughLabels, TrainingDiverged, OutOfMemory, JobCancelled, JobFailed; the run then says why.
    """
    begun = workspace.runs_folder / f"{key}.run"
    if run_id is None and begun.exists():
        run_id = int(begun.read_text())
    if run_id is None:
        run, settings = begin_run(workspace, project_id, settings)
        write_atomically(begun, lambda file: file.write(str(run.id).encode()))
    else:
        run = take_up(workspace, RunId(run_id))
        settings = TrainingSettings.from_mapping(run.settings)
    try:
        labels = need_labels(read_labels(workspace, project_id))
        vectors = read_vectors(workspace, project_id, settings.backbone)
        parts = training_set(workspace, project_id, labels, vectors, settings, author)
        backbone = registry.get(settings.backbone)
        folder = Path(run.folder)
        if not (folder / "request.json").exists():
            held_out = held_out_of(parts, settings)
            write_inputs(
                workspace,
                folder,
                settings,
                backbone,
                parts.train,
                held_out,
                parts.data_version,
                limits,
                resident,
            )
        with inputs_at_hand(workspace, folder, limits, cache_bytes):
            result = follow(TrainingProcess(folder), tell, stop_requested)
    except LabelgraftError as error:
        state = RunState.STOPPED if isinstance(error, JobCancelled) else RunState.FAILED
        end_run(workspace, run, state, str(error))
        raise
    if result.model_file is None:
        end_run(workspace, run, RunState.STOPPED, result.reason)
        raise JobCancelled(f"{result.reason} No model was added.")
    test_inputs = clean_inputs(workspace, parts.test, backbone, limits)
    sample = sample_of(workspace, parts.train, backbone, limits, view_count=1)
    model = keep(workspace, project_id, run, settings, parts, test_inputs, sample, backbone, result, resident)
    drop_inputs(folder)
    return model


def take_up(workspace: Workspace, run_id: RunId) -> Run:
    """An interrupted run, running again."""
    with workspace.database.writing() as connection:
        return runs.change_state(connection, run_id, RunState.RUNNING)


def held_out_of(parts: TrainingSet, settings: TrainingSettings) -> Bools:
    """(M,) which of the images to train on are only measured on in this run: they choose the epoch and the rungs.

    The test split is not among them, or its answer would no longer be that of images nobody looked at.
    """
    train = parts.train
    count = len(train.image_ids)
    if count < HOLD_OUT_FROM:
        return np.zeros(count, np.bool_)
    strata = splits.rarest_class(train.targets.astype(np.bool_)) if train.multi_label else train.targets
    folds = splits.folds_by_group(
        np.asarray(strata, np.int64), parts.groups, fold_count=FOLDS, seed=settings.seed
    )
    held: Bools = folds == 0
    return held


def follow(process: TrainingProcess, tell: Tell, stop_requested: Callable[[], bool]) -> TrainingResult:
    """Run the training to its end, passing its progress on and a stop request to it."""
    process.start()
    asked = False
    while process.running:
        time.sleep(POLL_SECONDS)
        progress = process.progress()
        if progress is not None:
            tell(progress)
        if not asked and stop_requested():
            process.ask_to_stop()
            asked = True
    return process.wait()


def keep(
    workspace: Workspace, project_id: ProjectId, run: Run, settings: TrainingSettings, parts: TrainingSet,
    test_inputs: Pixels, sample: Pixels, backbone: Backbone, result: TrainingResult, resident: Resident,
) -> Model:  # fmt: skip
    """Write the model's files, then add it to the list and make it the active one."""
    assert result.model_file is not None
    folder = workspace.models_folder / str(run.id)
    folder.mkdir(parents=True, exist_ok=True)
    network_file = folder / "network.safetensors"
    shutil.copyfile(result.model_file, network_file)
    tensors = resident.call("labelgraft.learning.finetuning.adapted.scoring_layer", str(network_file))
    engine: Engine = resident.call(
        "labelgraft.learning.finetuning.deployed.deploy", backbone.name, str(network_file), sample
    )
    request = Request.read(Path(run.folder))
    temperature, quality = measured(result, Path(run.folder), request)
    if len(test_inputs) and parts.test.class_names == request.class_names:
        embedding: Floats = resident.call(
            "labelgraft.learning.finetuning.deployed.embed_inputs",
            backbone.name,
            str(network_file),
            engine,
            test_inputs,
        )
        quality = on_test_split(embedding @ tensors["weights"] + tensors["bias"], parts.test, temperature)
    digest = hashlib.sha256(network_file.read_bytes()).hexdigest()
    prepared = preprocessing_text(backbone.preprocessing)
    key = EmbeddingKey(backbone.name, digest, LAYER, prepared, engine.backend, engine.precision)
    head = {"kind": "linear", "metadata": {"looseness": "0.0"}, "temperature": temperature}
    card = card_of(settings, parts, key, head, quality)
    card |= {
        "classes": list(request.class_names),
        "network": network_file.name,
        "rungs": list(result.rungs),
        "frozen_blocks": result.frozen_blocks,
    }
    held_out_answers.write(folder, answers_of(result, Path(run.folder), request, temperature))
    model_files.write(folder, tensors, card)
    state = RunState.STOPPED if result.stopped else RunState.FINISHED
    with workspace.database.writing() as connection:
        model = models.insert(
            connection, project_id, name=settings.name, description=settings.description, head=settings.head.value,
            backbone=settings.backbone, class_names=request.class_names, run_id=run.id, quality=quality,
            labels_used=len(parts.train.image_ids), folder=str(folder),
        )  # fmt: skip
        projects.set_active_model(connection, project_id, model.id)
        runs.change_state(connection, run.id, state, reason=result.reason)
    return model


def measured(result: TrainingResult, folder: Path, request: Request) -> tuple[float, Quality | None]:
    """The temperature and the quality on the images held out of a run, by its own files; 1 and None without any."""
    if not result.held_out_scores:
        return 1.0, None
    logits = np.asarray(result.held_out_scores, np.float32)
    held_out = np.load(folder / HELD_OUT, allow_pickle=False)
    shares = np.load(folder / TARGETS, allow_pickle=False)[held_out]
    truth = shares > 0.5 if request.multi_label else shares.argmax(axis=1)
    temperature = fit_temperature(logits, truth, multi_label=request.multi_label)
    answers = probabilities(logits, temperature, multi_label=request.multi_label)
    told = f"{len(logits)} images held out of this run"
    quality = measure(answers, truth, request.class_names, measured_on=told, multi_label=request.multi_label)
    return temperature, quality


def answers_of(result: TrainingResult, folder: Path, request: Request, temperature: float) -> HeldOutAnswers:
    """What a run answered on the images held out of it; they chose its epoch and rungs, so they count as seen."""
    image_ids: Ints = np.load(folder / IMAGE_IDS, allow_pickle=False)
    held_out = np.load(folder / HELD_OUT, allow_pickle=False)
    logits = np.asarray(result.held_out_scores or [], np.float32).reshape(-1, len(request.class_names))
    answered = probabilities(logits, temperature, multi_label=request.multi_label)
    return HeldOutAnswers(image_ids, image_ids[held_out][: len(logits)], answered)


def on_test_split(logits: Floats, test: Labels, temperature: float) -> Quality:
    """The quality on the test split, which neither trained the model nor chose its epoch or rungs."""
    shares = probabilities(logits, temperature, multi_label=test.multi_label)
    return measure(
        shares, test.targets, test.class_names, measured_on="test split", multi_label=test.multi_label
    )
