"""Documents: the DocVQA data set as a task."""
