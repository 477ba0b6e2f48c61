"""One module a sub-command; each is imported when its command runs."""
