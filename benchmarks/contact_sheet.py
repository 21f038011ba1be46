"""One picture of many: what a generator makes of a list of prompts, each with its caption beneath.

python -m benchmarks.contact_sheet sheet.png
python -m benchmarks.contact_sheet sheet.png --generator FOLDER --prompts prompts.txt --count 12 --side 512
"""

import argparse
import os
import textwrap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from generation import pipeline

# Every family and style of the built-in generator, in the words that people type.
PROMPTS = (
    "a cat wearing a wizard hat, digital art",
    "sunset over the ocean",
    "an astronaut riding a horse on mars, photorealistic",
    "cozy cottage in the woods at night, oil painting",
    "three red balloons in a blue sky",
    "portrait of a woman with long hair",
    "cyberpunk city street in the rain",
    "a bowl of oranges on a wooden table, still life",
    "cute corgi puppy, watercolor",
    "snowy mountains at dawn",
    "a robot holding a flower, comic book style",
    "vintage red car in front of a castle",
    "pixel art of a dragon and a knight",
    "field of sunflowers under a stormy sky, van gogh",
    "a whale in the sea, children's book illustration",
    "galaxy with purple nebula and a ringed planet",
    "abstract marble in teal and gold",
    "a lighthouse on a cliff in a thunderstorm",
    "two penguins on the ice, line art",
    "a cup of coffee next to a book",
    "hot air balloons over the desert at sunrise",
    "autumn forest with a river, pencil drawing",
    "stained glass window of a rose, mosaic",
    "a sailing boat on a calm lake, flat illustration",
    "happy family having a picnic in the park",
    "tropical beach with palm trees and a rainbow",
    "a fox in the snow",
    "tokyo skyline at night, 8-bit",
    "mondrian style color blocks",
    "a green triangle left of a yellow square",
    "a dinosaur eating ice cream",
    "birthday cake with candles and gifts",
    "an owl on a branch under the full moon",
    "deep sea with fish and an octopus",
    "a windmill among tulips, impressionist",
    "a black guitar on a white background, minimal",
    "a steam train crossing a bridge",
    "an old man with an umbrella, charcoal",
    "lion with a crown, pop art",
    "something beautiful",
)
COLUMNS = 8
CAPTION_LINES = 2
# Height of a caption's letters and the gap around each picture, as shares of its side.
LETTER, GAP = 0.06, 0.04
# Letters of the built-in font are about this wide for their height.
LETTER_WIDTH = 0.5
PAPER, INK = (250, 249, 246), (40, 40, 46)


def model(source: str, device: str) -> pipeline.Generator:
    """Return the configured generator when ``source`` is empty, else the one that it names."""
    if not source:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        return pipeline.current()
    if source == pipeline.SKETCH:
        return pipeline.Sketch()
    if source == pipeline.BUILT_IN:
        return pipeline.BuiltIn(device=device)
    return pipeline.Diffusion(source, device=device, token="")


def sheet(pictures: list[NDArray[np.uint8]], captions: list[str]) -> Image.Image:
    """Return square pictures of one side in rows of ``COLUMNS``, each above its caption."""
    side = pictures[0].shape[0]
    letter, gap = max(round(side * LETTER), 8), max(round(side * GAP), 4)
    font = ImageFont.load_default(letter)
    cell = side + gap, side + gap + round(letter * 1.25 * CAPTION_LINES)
    columns, rows = min(COLUMNS, len(pictures)), -(-len(pictures) // COLUMNS)
    page = Image.new("RGB", (columns * cell[0] + gap, rows * cell[1] + gap), PAPER)
    pen = ImageDraw.Draw(page)
    across = int(side / (letter * LETTER_WIDTH))
    for k, (rgb, caption) in enumerate(zip(pictures, captions, strict=True)):
        x, y = gap + k % COLUMNS * cell[0], gap + k // COLUMNS * cell[1]
        page.paste(Image.fromarray(rgb), (x, y))
        lines = textwrap.wrap(caption, across, max_lines=CAPTION_LINES, placeholder=" ...")
        pen.text((x, y + side + 2), "\n".join(lines), INK, font)
    return page


def main() -> None:
    """Draw the prompts one by one and write the sheet."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("sheet", type=Path, help="PNG file to write")
    arguments.add_argument(
        "--generator", default="", help="sketch, builtin or a model's folder (default: as configured)"
    )
    arguments.add_argument("--device", default="cpu", help="of a folder's model (default cpu)")
    arguments.add_argument(
        "--prompts", type=Path, help="text file, one prompt a line (default: a list of 40)"
    )
    arguments.add_argument("--count", type=int, help="draw only the first so many")
    arguments.add_argument("--side", type=int, default=256, help="pixels a side (default 256)")
    arguments.add_argument("--seed", type=int, default=1, help="of the first; each next one adds 1")
    ask = arguments.parse_args()
    listed = ask.prompts.read_text(encoding="utf-8").splitlines() if ask.prompts else PROMPTS
    prompts = [line for line in listed if line.strip()][: ask.count]
    if not prompts:
        arguments.error("no prompts to draw")
    generator = model(ask.generator, ask.device)
    pictures = []
    for k, prompt in enumerate(prompts):
        pictures.append(
            generator.text_to_image(
                prompt, seed=ask.seed + k, width=ask.side, height=ask.side, on_step=lambda *_: None
            )
        )
        print(f"{k + 1}/{len(prompts)} {prompt[:80]}", flush=True)
    sheet(pictures, prompts).save(ask.sheet)


if __name__ == "__main__":
    main()
