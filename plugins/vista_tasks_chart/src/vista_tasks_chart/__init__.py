"""Charts: the ChartQA and FigureQA data sets as tasks."""
