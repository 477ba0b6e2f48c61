"""A classical chart reader: from pixels to a typed table, with OpenCV, numpy and a text recogniser.

The pipeline: regions of uniform colour -> marks standing on a base line -> names and data labels by recognition of
small crops -> ticks and their scale -> values, each with a confidence.
"""
