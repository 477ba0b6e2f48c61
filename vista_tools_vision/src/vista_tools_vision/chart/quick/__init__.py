"""The fast path for simple charts: upright bars of one base line, read from small crops in about 0.1 s.

Regions of uniform colour -> marks standing on a base line -> names and data labels by recognition of small crops ->
ticks and their scale -> values, each with a confidence. What it cannot read goes to the general reader.
"""
