"""Trains the codebook of the local features: principal axes, words, and the rotation of the signatures.

The pictures are those that `training.whitening` learns from: the renderer's, random shapes in layers, and
photographs in the public domain or under CC0 that scikit-image brings along. No foreign weights.

python -m training.codebook --out provenance/local_features/codebook.npz
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import faiss
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from provenance.local_features import keypoints
from provenance.local_features.codebook import CENTRES, SIGNATURE_BITS, Codebook
from provenance.local_features.extraction import SIDE
from training import whitening_examples as examples

SEED: Final = 41
DRAWINGS: Final = 600
# Seeds of the renderer that the learned whitening never saw, and that no benchmark draws.
FIRST_DRAWING: Final = 200_000
# Most keypoints of one picture. A dozen photographs have to stand for all, so each gives more.
OF_A_DRAWING: Final = 160
OF_A_PHOTOGRAPH: Final = 2000
OF_LEAVES: Final = 300
K_MEANS_ROUNDS: Final = 20
ITQ_ROUNDS: Final = 50
ITQ_SAMPLE: Final = 60_000

Matrix = NDArray[np.float32]


def descriptors() -> Matrix:
    """Returns what is learned from, float32, shape (N, 128)."""
    found = [
        keypoints.find(rgb, side=SIDE, most=most, enough=most // 2).descriptors
        for rgb, most in tqdm(_pictures(), desc="keypoints", mininterval=10)
    ]
    return np.concatenate(found)


def _pictures() -> Iterator[tuple[NDArray[np.uint8], int]]:
    for rgb in examples.photographs():
        yield rgb, OF_A_PHOTOGRAPH
    for rgb in examples.leaves_pool():
        yield rgb, OF_LEAVES
    for seed in range(FIRST_DRAWING, FIRST_DRAWING + DRAWINGS):
        yield examples.drawing(seed), OF_A_DRAWING


def train(learned: Matrix) -> Codebook:
    """Returns the codebook of descriptors (N, 128); the same for the same descriptors on one machine."""
    mean = learned.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov((learned - mean).T))
    axes = axes[:, np.argsort(-variances)].astype(np.float32)
    # Taking turns, so that both halves of a word carry about as much.
    basis = np.concatenate([axes[:, 0::2], axes[:, 1::2]], axis=1)
    halves = np.split((learned - mean) @ basis, 2, axis=1)
    signature_basis = axes[:, :SIGNATURE_BITS] @ _itq((learned - mean) @ axes[:, :SIGNATURE_BITS])
    return Codebook(
        mean=mean,
        basis=basis,
        centres=np.stack([_centres(half) for half in halves]),
        signature_basis=signature_basis,
        signature_medians=np.median((learned - mean) @ signature_basis, axis=0).astype(np.float32),
    )


def _centres(points: Matrix) -> Matrix:
    means = faiss.Kmeans(points.shape[1], CENTRES, niter=K_MEANS_ROUNDS, seed=SEED)
    means.train(np.ascontiguousarray(points))
    return np.asarray(means.centroids, np.float32)


def _itq(points: Matrix) -> Matrix:
    """Returns the rotation after which the signs of `points` say most: ITQ's alternation."""
    chance = np.random.default_rng(SEED)
    if len(points) > ITQ_SAMPLE:
        points = points[chance.choice(len(points), ITQ_SAMPLE, replace=False)]
    side = points.shape[1]
    rotation = np.linalg.qr(chance.normal(size=(side, side)))[0].astype(np.float32)
    for _ in range(ITQ_ROUNDS):
        left, _, right = np.linalg.svd(np.sign(points @ rotation).T @ points)
        rotation = (left @ right).T
    return np.asarray(rotation, np.float32)


def save(codebook: Codebook, path: Path) -> None:
    """Writes float16: half as large, and both sides of a search use the same rounded numbers."""
    np.savez_compressed(
        path,
        mean=codebook.mean.astype(np.float16),
        basis=codebook.basis.astype(np.float16),
        centres=codebook.centres.astype(np.float16),
        signature_basis=codebook.signature_basis.astype(np.float16),
        signature_medians=codebook.signature_medians.astype(np.float16),
    )


def main() -> None:
    """Reads the command line and trains."""
    arguments = argparse.ArgumentParser(description="Train the codebook of the local features.")
    arguments.add_argument("--out", type=Path, required=True)
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    learned = descriptors()
    print(f"{len(learned)} descriptors")
    save(train(learned), given.out)


if __name__ == "__main__":
    main()
