"""Science and everyday pictures: the ScienceQA and VizWiz data sets as tasks."""
