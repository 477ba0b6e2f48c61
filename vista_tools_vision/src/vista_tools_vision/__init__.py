"""Perception and chart tools for VISTA-Gym: `easyocr`, `image_zoom_in`, `image_rotate`, `chartmoe_to_table`."""
