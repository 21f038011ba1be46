"""Pixels only: the invisible watermark and the visible signature. No Django, no network, no clock."""
