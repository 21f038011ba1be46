"""Changes to a picture at hand: a part drawn anew, or the whole varied."""
from generation.sketch.picture import render
def inpaint(*a, **k): raise NotImplementedError
def vary(*a, **k): raise NotImplementedError
