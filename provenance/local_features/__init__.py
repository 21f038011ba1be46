"""Local features: parts of a registered image found in whatever a suspect was made into.

Hashes of whole pictures see nothing after a strong crop, in a screenshot or under a banner. Here each
registered image keeps up to 192 keypoints (``extraction``), whose visual words (``codebook``) lead a
suspect's keypoints to the images that share them (``segment``, ``matching``). What agrees on one geometry is
a candidate with its alignment (``alignment``): a guess, and ``provenance.confirmation`` compares pixels
before anything is claimed. ``batches`` and ``segment_store`` keep the files that ``search`` looks in.
"""
