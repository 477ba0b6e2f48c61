"""A classical chart reader: from pixels to a typed scene, with OpenCV, numpy and a text recogniser; no chart model.

`reader.read_chart(image, engine)` gives a `scene.ChartScene`. The pipeline, one module a step:

1. texts: every line of text, level or turned (`texts`), and regions of even colour.
2. legend: texts with a patch of colour at their left (`legend`).
3. layout: page, panel, grid and axis lines (`rules`), tick labels and their linear, log, date or category scale by
   robust fits that leave misread labels out (`axes`, `categories`), the plot area and the titles (`layout`).
4. frame: all that, with the pixels of the marks and the colours of the series (`frame`, `palette`).
5. marks and values: filled rectangles (`rectangles`, `bars`, `bar_values`), lines (`lines`), points (`scatter`),
   slices (`pie`). The kind that explains the foreground best is read; what cannot be read is said.

`quick` is a fast path for plain upright bars.
"""
