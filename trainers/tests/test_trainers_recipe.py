import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_core import EpisodeConfig, PluginError
from vista_trainers.recipe import Recipe, RecipeError, load_recipe
from vista_trainers.yaml12 import YamlError, dump_yaml, load_yaml

TEXT = """
schema: 1
seed: 3
tasks:
  - use: synthetic_chart
    weight: 2
    config: {level: 1}
  - synthetic_table
tools:
  - easyocr
  - {use: "vista-tools-math:calculator", as: calc, timeout_s: 5}
policy: {use: hf, config: {path: some/folder}}
episode: {max_turns: 4, concurrency: 8}
trainer:
  use: grpo
  trl: {learning_rate: 1e-6, num_generations: 8}
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "recipe.yaml"
        path.write_text(text)
        return path

    return write


def test_a_recipe(write):
    recipe = load_recipe(write(TEXT))
    assert [t.use for t in recipe.tasks] == ["synthetic_chart", "synthetic_table"]
    assert recipe.tasks[0].config == {"level": 1}
    assert [(t.use, t.as_) for t in recipe.tools] == [("easyocr", None), ("vista-tools-math:calculator", "calc")]
    assert recipe.trainer.trl == {"learning_rate": 1e-6, "num_generations": 8}
    assert recipe.reward.use == "vista"
    assert recipe.episode.concurrency == 8
    config = recipe.episode.config()
    assert type(config) is EpisodeConfig
    assert config.max_turns == 4
    assert "coordinates" not in config.model_fields_set


def test_the_resolved_recipe_reads_back(write, tmp_path):
    recipe = load_recipe(write(TEXT), ["trainer.trl.beta=1e-3", "tools.0.backend=rapidocr"])
    again = load_recipe(recipe.save(tmp_path / "run"))
    assert again == recipe
    assert again.tools[0].backend == "rapidocr"
    assert "coordinates" not in again.episode.config().model_fields_set


def test_overrides(write):
    path = write(TEXT)
    recipe = load_recipe(
        path,
        [
            "seed=9",
            "tasks.1.split=test",
            "episode.scheduling=lockstep",
            "reward=vista_sparse",
            "tasks.0.config.level=2",
        ],
    )
    assert (recipe.seed, recipe.tasks[1].split, recipe.episode.scheduling) == (9, "test", "lockstep")
    assert (recipe.reward.use, recipe.tasks[0].config) == ("vista_sparse", {"level": 2})
    assert load_recipe(path, ["reward.config.weight=1"]).reward.config == {"weight": 1}
    assert recipe.with_overrides(["seed=1"]).seed == 1
    assert recipe.seed == 9
    assert load_recipe(write("tasks: [a]\npolicy: scripted"), ["policy.config={habit: guess}"]).policy.config == {
        "habit": "guess"
    }


@pytest.mark.parametrize(
    ("text", "overrides", "message"),
    [
        (TEXT + "polcy: x", (), r"unknown key `polcy`: did you mean `policy`"),
        (TEXT, ("episode.max_turn=3",), r"unknown key `episode.max_turn`: did you mean `max_turns`"),
        (TEXT, ("tools.1.bakend=x",), r"unknown key `tools.1.bakend`: did you mean `backend`"),
        (TEXT, ("trainer.zzz=1",), r"unknown key `trainer.zzz`: allowed here: config, trl, use"),
        (TEXT, ("trainer.use=ppo",), r"`trainer.use` input should be 'sft' or 'grpo', got 'ppo'"),
        (TEXT, ("episode.max_turns=0",), r"`episode.max_turns` .*greater than or equal to 1"),
        (TEXT, ("tasks.5.use=x",), r"tasks has 2 entries"),
        (TEXT, ("seed.a=1",), r"'seed.a=1' leads nowhere: seed is a plain value"),
        (TEXT, ("seed",), r"must look like a.b=c"),
        (TEXT, ("seed=[",), r"not YAML"),
        (TEXT, ("required_plugins=['not a requirement !']",), r"is not a requirement"),
        ("tasks: [a]", (), r"the key `policy` is missing"),
        ("tasks: []\npolicy: scripted", (), r"`tasks`"),
        ("schema: 2\ntasks: [a]\npolicy: x", (), r"schema 2; this vista-trainers reads schema 1"),
        ("just text", (), r"must hold keys"),
        ("a: [", (), r"not valid YAML: .*line 1"),
        ("seed: 1\nseed: 2", (), r"`seed` stands twice, line 2"),
    ],
)
def test_errors_are_one_sentence_that_says_where(write, text, overrides, message):
    with pytest.raises(RecipeError, match=message) as caught:
        load_recipe(write(text), overrides)
    assert "\n" not in str(caught.value)


def test_no_such_recipe():
    with pytest.raises(RecipeError, match=r"no recipe nowhere\.yaml"):
        load_recipe("nowhere.yaml")


def test_required_plugins():
    def check(line):
        Recipe(tasks=["a"], policy="scripted", required_plugins=[line]).check_plugins()

    check("vista-core>=0.1")
    with pytest.raises(PluginError, match=r"vista-core is installed in version .* pip install 'vista-core>=99'"):
        check("vista-core>=99")
    with pytest.raises(PluginError, match="is not installed"):
        check("vista-no-such-thing")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_yaml_reads_back_what_it_wrote(data):
    assert load_yaml(dump_yaml(data)) == data


def test_yaml_scalars_are_those_of_1_2():
    text = "{a: 1e-6, b: no, c: on, d: 012, e: 2020-01-01, f: 1_000, g: .5, h: true, i: -3, j: ~, k: 1., l: 0x10}"
    assert load_yaml(text) == {
        "a": 1e-6, "b": "no", "c": "on", "d": "012", "e": "2020-01-01", "f": "1_000", "g": 0.5, "h": True, "i": -3,
        "j": None, "k": 1.0, "l": "0x10",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["a: !!python/object:os.system x", "1: 2", "[[[", "a: b: c"])
def test_yaml_refuses(text):
    with pytest.raises(YamlError):
        load_yaml(text)
