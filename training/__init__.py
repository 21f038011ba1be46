"""Training of the built-in diffusion model on pictures that the renderer draws.

In this order, each step resumable and deterministic from its seed (``python -m training.autoencoder`` and so
on, ``--work DIR`` names the folder in which all of them leave what they made):

1. ``autoencoder``: pictures to latents and back.
2. ``words``: the tokenizer, and a text encoder that knows the facts of a caption.
3. ``latents``: the training pictures, drawn and encoded once.
4. ``denoiser``: the UNet, with sample grids.
5. ``autoencoder --fine --steps 1600``: a better decoder for the same latents; may run beside 4 or after it.
6. ``export``: one folder in diffusers format.
"""
