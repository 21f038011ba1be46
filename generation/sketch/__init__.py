"""Sketch: the built-in generator, which draws pictures from captions by rule.

A grammar turns a scene into captions (``captions``), a parser turns a prompt back into a scene (``parser``),
and ``draw`` paints a scene. Every picture follows from its prompt, seed and size alone, byte for byte.
"""

from generation.sketch.edit import inpaint, vary
from generation.sketch.palette import COLOURS
from generation.sketch.picture import OnStep, draw, render
from generation.sketch.sampler import sample_scene
from generation.sketch.scene import FAMILIES, STYLES, Scene, Thing

# Changes whenever the same prompt and seed would draw other pixels.
VERSION = "2"

__all__ = [
    "COLOURS",
    "FAMILIES",
    "STYLES",
    "VERSION",
    "OnStep",
    "Scene",
    "Thing",
    "draw",
    "inpaint",
    "render",
    "sample_scene",
    "vary",
]
