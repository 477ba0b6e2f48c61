"""YAML as people expect it: `1e-6` is a number, `on` and `no` are words, a key that stands twice is an error."""

import re
from typing import Any

import yaml


class YamlError(ValueError):
    """The text is not the YAML that we read; says where."""


_REPLACED = ("bool", "float", "int", "timestamp")


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2 (PyYAML follows 1.1, where `1e-6` is a string)."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in _REPLACED]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise _refusal(f"the key {key!r} is no text", key_node)
            if key in seen:
                raise _refusal(f"the key `{key}` stands twice", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _refusal(problem: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


# Line breaks to YAML, so they must be escaped; PyYAML writes them as they are when it may write Unicode.
_ODD_BREAKS = set("\x85\u2028\u2029")
_DIGITS = list("-+0123456789.")
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:[tT]rue|TRUE|[fF]alse|FALSE)\Z"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z"), _DIGITS)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"(?:[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf)|\.nan)\Z"),
    _DIGITS,
)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our loader would read as something else, and never writes anchors."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        return True


def load_yaml(text: str) -> Any:
    """Reads one YAML document into dicts, lists and scalars.

    Raises:
        YamlError: with the line and column.

    Example:
        >>> load_yaml("{lr: 1e-6, answer: no}")
        {'lr': 1e-06, 'answer': 'no'}
    """
    try:
        # A SafeLoader: it makes no object but dicts, lists and scalars.
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise YamlError(f"{error.problem or error.context}{place}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlError(str(error).splitlines()[0]) from error


def dump_yaml(data: Any) -> str:
    """Writes plain data as YAML that `load_yaml` reads back unchanged; keys keep their order."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    if set(text) & _ODD_BREAKS:
        text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=False, width=120)
    return text
