"""The tools that turn pictures and text into formal language, and solve what they say."""
