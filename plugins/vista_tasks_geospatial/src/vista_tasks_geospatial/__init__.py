"""Maps and infographics: the MapQA and InfographicVQA data sets as tasks."""
