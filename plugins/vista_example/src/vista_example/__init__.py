"""A VISTA-Gym plugin as anybody would publish it: two tools, a task, a reward and a hook, each in a module of its own.

Nothing is imported here: to load one of the five is to import its own module only.
"""

__version__ = "0.1.0"
