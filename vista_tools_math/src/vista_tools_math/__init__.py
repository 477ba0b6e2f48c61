"""Calculation and geometry tools for VISTA-Gym: `calculator` and `sympy_geometry`."""
