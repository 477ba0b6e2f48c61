"""General reasoning: the ThinkVL and A-OKVQA data sets as tasks."""
