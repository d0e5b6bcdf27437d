"""Calibrate: calibrating scores and norming rubrics in K-12 schools."""

__version__ = "0.1.0"
