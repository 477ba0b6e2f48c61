"""Geometry problems with diagrams: Geometry3K, GeoQA and UniGeo."""
