"""Trains the tokenizer and the text encoder: captions to states that say which facts were named.

The encoder learns the facts before any picture is seen, with the very pooling layer that the UNet then uses:
a denoiser that has to learn to read and to draw at once is slow to follow a caption at all.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path

import torch
from diffusers.models.embeddings import TextTimeEmbedding
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch import Tensor, nn
from tqdm import tqdm
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from training import checkpoints, world

WIDTH = 128
LONGEST = 32
BATCH = 128
HIGHEST_RATE = 1e-3
# Words of people's prompts that say nothing about this world; the encoder learns to pass over them.
FILLERS: tuple[str, ...] = (
    "beautiful", "nice", "simple", "cute", "very", "lovely", "4k", "detailed", "my", "clean", "pretty", "one",
    "single", "amazing", "bright", "with", "and", "please", "really", "new", "old", "the", "this", "shiny",
)  # fmt: skip
FILLER_SHARE = 0.15
# Time embedding of the UNet: four times its first width.
POOLED = 128
HEADS = 4
END = "<|endoftext|>"


def train(work: Path, *, steps: int) -> None:
    """Trains up to `steps`; leaves work/tokenizer, work/text_encoder and work/pooling.pt."""
    torch.manual_seed(0)
    tokenizer = _tokenizer(work / "tokenizer")
    encoder, pooling, heads = new_encoder(tokenizer), new_pooling(), _Heads()
    everything = nn.ModuleList([encoder, pooling, heads])
    optimizer = torch.optim.AdamW(everything.parameters(), lr=HIGHEST_RATE, weight_decay=0.01)
    bar = tqdm(range(steps), desc="words")
    for step in bar:
        for group in optimizer.param_groups:
            group["lr"] = checkpoints.learning_rate(step, steps, highest=HIGHEST_RATE)
        examples = [world.example(step * BATCH + place) for place in range(BATCH)]
        captions = [with_fillers(example.caption, example.seed) for example in examples]
        states = encode(tokenizer, encoder, captions)
        loss = heads.loss(pooling(states), examples)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
    print(f"\nfacts read in held-out captions: {_accuracy(tokenizer, encoder, pooling, heads):.4f}")
    encoder.save_pretrained(work / "text_encoder")
    checkpoints.save(work / "pooling.pt", {"pooling": pooling.state_dict()})


def new_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Returns the untrained text encoder: two layers of CLIP's kind (Radford et al. 2021)."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=LONGEST,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        projection_dim=WIDTH,
        hidden_act="gelu",
    )
    return CLIPTextModel(config)


def new_pooling() -> TextTimeEmbedding:
    """Returns the UNet's own pooling layer (``addition_embed_type="text"``), untrained."""
    return TextTimeEmbedding(WIDTH, POOLED, num_heads=HEADS)


def encode(tokenizer: CLIPTokenizer, encoder: CLIPTextModel, captions: list[str]) -> Tensor:
    """Returns the states of captions, float32 (N, 32, 128), as diffusers' pipelines compute them."""
    tokens = tokenizer(
        captions, padding="max_length", max_length=LONGEST, truncation=True, return_tensors="pt"
    )
    states: Tensor = encoder(tokens.input_ids).last_hidden_state
    return states


def with_fillers(caption: str, seed: int) -> str:
    """Returns the caption, now and then with words strewn in that say nothing."""
    g = checkpoints.generator("fillers", seed)
    words = caption.split(" ")
    for place in range(len(words), 0, -1):
        if torch.rand((), generator=g) < FILLER_SHARE / 2:
            words.insert(place, FILLERS[int(torch.randint(len(FILLERS), (), generator=g))])
    return " ".join(words)


class _Heads(nn.Module):
    """A linear reading of each fact from the pooled state; one more answer for "unsaid"."""

    tables: dict[str, tuple[str, ...]] = {
        "kind": world.KINDS,
        "colour": world.COLOURS,
        "ground": (*world.COLOURS, world.UNSAID),
        "place": (*world.PLACES, world.UNSAID),
        "style": (*world.STYLES, world.UNSAID),
    }

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleDict(
            {fact: nn.Linear(POOLED, len(table)) for fact, table in self.tables.items()}
        )

    def loss(self, pooled: Tensor, examples: list[world.Example]) -> Tensor:
        losses = [
            nn.functional.cross_entropy(self.heads[fact](pooled), torch.tensor(self.labels(fact, examples)))
            for fact in self.tables
        ]
        return torch.stack(losses).mean()

    def labels(self, fact: str, examples: list[world.Example]) -> list[int]:
        return [self.tables[fact].index(getattr(example.said, fact)) for example in examples]


@torch.no_grad()
def _accuracy(tokenizer: CLIPTokenizer, encoder: CLIPTextModel, pooling: nn.Module, heads: _Heads) -> float:
    examples = [world.example(seed, held_out=True) for seed in range(500)]
    pooled = pooling(encode(tokenizer, encoder, [example.caption for example in examples]))
    right = [
        (heads.heads[fact](pooled).argmax(1) == torch.tensor(heads.labels(fact, examples))).float().mean()
        for fact in heads.tables
    ]
    return float(torch.stack(right).mean())


def _tokenizer(folder: Path) -> CLIPTokenizer:
    """Returns a byte-level BPE tokenizer whose merges make every word of the captions one token.

    A word it does not know falls apart into letters; nothing crashes.
    """
    words: Counter[str] = Counter(FILLERS)
    for seed in range(4000):
        words.update(re.findall(r"[a-z]+|[0-9]|[^\sa-z0-9]+", world.example(seed).caption.lower()))
    merges = _merges(words)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = [*letters, *(letter + "</w>" for letter in letters), *(a + b for a, b in merges)]
    vocabulary = [*dict.fromkeys(vocabulary), "<|startoftext|>", END]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(vocabulary)}))
    lines = ["#version: 0.2", *(f"{a} {b}" for a, b in merges), ""]
    (folder / "merges.txt").write_text("\n".join(lines))
    tokenizer = CLIPTokenizer(
        vocab=str(folder / "vocab.json"),
        merges=str(folder / "merges.txt"),
        model_max_length=LONGEST,
        pad_token=END,
    )
    tokenizer.save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def _merges(words: Counter[str]) -> list[tuple[str, str]]:
    """Returns the merges that byte pair encoding (Sennrich et al. 2016) learns from counted words."""
    bpe = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    bpe.normalizer = normalizers.Lowercase()
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[a-z]+|[0-9]|[^\sa-z0-9]+"), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=4000, min_frequency=1, end_of_word_suffix="</w>", show_progress=False
    )
    lines = [" ".join([word] * (count + 1)) for word, count in sorted(words.items())]
    bpe.train_from_iterator(lines, trainer)
    return [(first, second) for first, second in json.loads(bpe.to_str())["model"]["merges"]]


def main() -> None:
    """Reads the command line and trains."""
    arguments = argparse.ArgumentParser(description="Train the tokenizer and the text encoder.")
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--steps", type=int, default=450)
    given = arguments.parse_args()
    train(given.work, steps=given.steps)


if __name__ == "__main__":
    main()
