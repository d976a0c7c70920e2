"""Measures Tocsin beside its references; not shipped.

To add a figure: a module with a `measure` that answers figures, and a row in `bench.__main__.MEASURES`.
"""
