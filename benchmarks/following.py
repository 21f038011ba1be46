"""Whether a picture of the model's small world shows what its caption says.

Colours and place are read from pixels with known truth; kind and style by a small classifier that is trained
on the renderer's own labels.
"""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.sketch.palette import SWATCH
from training import checkpoints, world
from training.world import Example

FACTS = ("ground", "colour", "kind", "place", "style")
# The classifier looks at pictures of this side.
SIDE = 64
# A pixel belongs to the thing if it differs from the ground by this much in CIELAB: shadows and mottles
# differ less; blue and purple, the nearest two colours of the world, differ by 28.
APART = 22.0
# The middle of the thing lies in the picture's middle third, or outside it in the named direction.
MIDDLE = (0.40, 0.60)


def facts_seen(rgbs: list[NDArray[np.uint8]], classifier: nn.Module) -> list[dict[str, str]]:
    """Returns what each picture, uint8 (512, 512, 3), shows: one of the world's words for each fact."""
    kinds, styles = classify(classifier, rgbs)
    seen = []
    for rgb, kind, style in zip(rgbs, kinds, styles, strict=True):
        ground, colour, place = pixels_say(rgb)
        seen.append({"ground": ground, "colour": colour, "kind": kind, "place": place, "style": style})
    return seen


def score(examples: list[Example], seen: list[dict[str, str]]) -> dict[str, float]:
    """Returns the share of pictures right in each fact, and in all of them ("everything")."""
    right = {
        fact: [
            what[fact] == getattr(example.facts, fact) for example, what in zip(examples, seen, strict=True)
        ]
        for fact in FACTS
    }
    shares = {fact: float(np.mean(values)) for fact, values in right.items()}
    return shares | {"everything": float(np.mean(np.all(list(right.values()), axis=0)))}


def pixels_say(rgb: NDArray[np.uint8]) -> tuple[str, str, str]:
    """Returns ground colour, thing's colour and thing's place, as read from pixels."""
    small = np.asarray(cv2.resize(rgb, (128, 128), interpolation=cv2.INTER_AREA), np.uint8)
    lab = _lab(small)
    border = np.concatenate([lab[:6].reshape(-1, 3), lab[:, :6].reshape(-1, 3), lab[:, -6:].reshape(-1, 3)])
    ground = np.median(border, 0)
    # Lightness counts less: a soft ground has shadows and mottles that change little else.
    distance = np.linalg.norm((lab - ground) * (0.7, 1, 1), axis=2)
    thing = distance > APART
    if thing.sum() < 40:
        return _name(ground), "", ""
    rows, columns = np.nonzero(thing)
    return (
        _name(ground),
        _commonest(lab[thing], _name(ground)),
        _place(columns.mean() / 128, rows.mean() / 128),
    )


def _lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    values = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(values, np.float32)


SWATCHES = _lab(np.asarray([[SWATCH[name] for name in world.COLOURS]], np.uint8))[0]


def _name(colour: NDArray[np.floating]) -> str:
    return world.COLOURS[int(np.argmin(np.linalg.norm((SWATCHES - colour) * (0.7, 1, 1), axis=1)))]


def _commonest(pixels: NDArray[np.float32], ground: str) -> str:
    """Returns the colour that most pixels are nearest to; the ground's own is not the thing's."""
    distances = np.linalg.norm((pixels[:, None] - SWATCHES[None]) * (0.7, 1, 1), axis=2)
    distances[:, world.COLOURS.index(ground)] = np.inf
    return world.COLOURS[int(np.bincount(distances.argmin(1), minlength=len(SWATCHES)).argmax())]


def _place(x: float, y: float) -> str:
    aside, above = abs(x - 0.5), abs(y - 0.5)
    if max(aside, above) < MIDDLE[1] - 0.5:
        return "centre"
    if aside > above:
        return "left" if x < 0.5 else "right"
    return "top" if y < 0.5 else "bottom"


# --- the classifier -----------------------------------------------------------------------------------------


class Classifier(nn.Module):
    """Four convolutions and a linear reading of kind and style."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 24, 48, 96, 128)
        layers: list[nn.Module] = []
        for wide, wider in pairwise(widths):
            layers += [nn.Conv2d(wide, wider, 3, 1, 1), nn.BatchNorm2d(wider), nn.ReLU(), nn.MaxPool2d(2)]
        self.look = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2))
        self.kind = nn.Linear(128 * 16, len(world.KINDS))
        self.style = nn.Linear(128 * 16, len(world.STYLES))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.look(x)
        return self.kind(seen), self.style(seen)


def trained_classifier(path: Path, *, pictures: int, epochs: int) -> Classifier:
    """Returns the classifier, trained on renders that the model never saw as captions; kept at `path`."""
    torch.manual_seed(0)
    model = Classifier()
    if (state := checkpoints.load(path)) is not None:
        model.load_state_dict(state["model"])
        return model.eval()
    # Seeds far from those that the model was trained on.
    examples = [world.example(10_000_000 + number) for number in range(pictures)]
    x = _small([example.draw() for example in examples])
    kinds = torch.tensor([world.KINDS.index(example.facts.kind) for example in examples])
    styles = torch.tensor([world.STYLES.index(example.facts.style) for example in examples])
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    steps = epochs * (pictures // 64)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = checkpoints.learning_rate(step, steps, highest=2e-3)
        chosen = torch.randint(pictures, (64,), generator=checkpoints.generator("classifier", step))
        kind, style = model(_disturbed(x[chosen], step))
        loss = nn.functional.cross_entropy(kind, kinds[chosen])
        loss = loss + nn.functional.cross_entropy(style, styles[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    checkpoints.save(path, {"model": model.state_dict()})
    return model.eval()


@torch.no_grad()
def classify(model: nn.Module, rgbs: list[NDArray[np.uint8]]) -> tuple[list[str], list[str]]:
    """Returns kind and style of each picture."""
    kind, style = model(_small(rgbs))
    return (
        [world.KINDS[index] for index in kind.argmax(1).tolist()],
        [world.STYLES[index] for index in style.argmax(1).tolist()],
    )


def _small(rgbs: list[NDArray[np.uint8]]) -> Tensor:
    small = np.stack([cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for rgb in rgbs])
    return torch.from_numpy(small).permute(0, 3, 1, 2).float() / 127.5 - 1


def _disturbed(x: Tensor, step: int) -> Tensor:
    """Returns pictures with a little noise and shift, so that the judge does not hang on single pixels."""
    g = checkpoints.generator("disturbed", step)
    dy, dx = torch.randint(-3, 4, (2,), generator=g).tolist()
    level = 0.06 * torch.rand((), generator=g)
    return torch.roll(x, (dy, dx), (2, 3)) + torch.randn(x.shape, generator=g) * level
