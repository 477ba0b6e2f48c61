"""Tools of ours in verl's multi-turn rollout. This file is what verl's `function_tool_path` names.

    python examples/verl_tools.py            # without verl: shows the schemas, and the YAML for `tool_config_path`

    python -m verl.trainer.main_ppo ... \
        actor_rollout_ref.rollout.multi_turn.enable=True \
        actor_rollout_ref.rollout.multi_turn.function_tool_path=examples/verl_tools.py \
        actor_rollout_ref.rollout.multi_turn.tool_config_path=tools.yaml \
        actor_rollout_ref.rollout.multi_turn.max_tool_response_length=4096 \
        data.function_tool_path=examples/verl_tools.py data.tool_config_path=tools.yaml

The training command was not run: verl cannot be installed beside this project's versions. See docs/interop.md.
"""

import json

import yaml
from vista_core import build_toolset
from vista_trainers.integrations.verl import register_function_tools, tool_config, verl_schema

FUNCTIONS = ["calculator"]  # need nothing but their arguments
WITH_PICTURES = ["image_zoom_in"]  # read the trajectory's pictures

if __name__ == "__main__":
    for definition in build_toolset([*FUNCTIONS, *WITH_PICTURES]).definitions:
        print(json.dumps(verl_schema(definition)))
    print("# tools.yaml")
    print(yaml.safe_dump(tool_config(WITH_PICTURES, coordinates="norm1000"), sort_keys=False), end="")
else:
    register_function_tools(FUNCTIONS)
