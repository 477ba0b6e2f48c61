"""Data sets that are held out: for evaluation only; asking for a training split is an error."""
