"""The endpoints hold what every tool must hold, and say what they cannot do."""

import numpy as np
import pytest
import vista_core as vista
from vista_core import ToolArgumentError, ToolFailed, ToolUnavailable
from vista_core.testing import ToolConformance
from vista_tasks_synthetic.diagrams import make_problem

PROBLEM = make_problem(3, "textbook", "two_secants")
SMALL = make_problem(1, "plain", "acute_pair")
HOSTILE = (
    "__import__('os').system('id')",
    "(" * 2000,
    "Find " + "9**" * 600 + "9",
    "Find the length of ٣٤",
    "\\input{/etc/passwd}",
    "a" * 5000,
    "9**9**9",
    "Find x_{q}",
)


class _Pictures(ToolConformance):
    examples = ({}, {"language": "logic"})
    wrong = (({"image": 9}, "image"), ({"language": "latin"}, "language"))
    question = SMALL.text

    @pytest.fixture
    def images(self):
        return [SMALL.image]


class TestImageCDL(_Pictures):
    tool = "image_cdl"


class TestConstructionCDL(_Pictures):
    tool = "construction_cdl"


class TestFormalizerImg(_Pictures):
    tool = "diagram_formalizer_img_cdl"


class TestFormalizerCons(_Pictures):
    tool = "diagram_formalizer_cons_cdl"


class TestTextCDL(ToolConformance):
    tool = "text_cdl"
    question = "ABCD is a rhombus and AB = 2x+3. Find x."
    examples = ({}, {"text": "In \\odot O, AB \\parallel CD. Find m \\angle ABC.", "language": "logic"})
    wrong = tuple(({"text": text}, "text") for text in ("9" * 3000, "Find \\input{x}", "Find ٣"))


class TestGoalCDL(ToolConformance):
    tool = "goal_cdl"
    question = "ABCD is a rhombus and AB = 2x+3. Find x."
    examples = ({}, {"text": "What is the length of AB?", "language": "logic"})
    wrong = tuple(({"text": text}, "text") for text in ("9" * 3000, "Find \\input{x}", "Find ٣"))


class TestGLLaVA(ToolConformance):
    tool = "g_llava"
    question = SMALL.text
    examples = ({}, {"task": "analyze"})
    wrong = (({"image": 9}, "image"), ({"problem": "x" * 3000}, "problem"))

    @pytest.fixture
    def images(self):
        return [SMALL.image]


class TestMultiMath(ToolConformance):
    tool = "multimath"
    question = "What is 15% of 80?"
    examples = ({}, {"task": "explain"}, {"question": "In \\triangle ABC, AB \\perp BC, AB = 3, BC = 4. Find AC."})
    wrong = (({"question": "x" * 3000}, "question"), ({"image": 9, "question": SMALL.text}, "image"))

    @pytest.fixture
    def images(self):
        return [SMALL.image]


def test_what_the_tools_see_of_a_picture():
    image, cons = vista.load("tool", "image_cdl"), vista.load("tool", "construction_cdl")
    seen = image(images=[PROBLEM.image], language="logic").data
    wanted = {form for form in PROBLEM.diagram_logic if form.startswith("Equals")}
    assert {_sorted(form) for form in seen.forms} == {_sorted(form) for form in wanted}
    built = cons(images=[PROBLEM.image]).data
    assert {point.name for point in built.points} == set(PROBLEM.points)
    assert all(point.labelled for point in built.points)
    assert [form for form in built.forms if form.startswith("Shape(")]


def _sorted(form: str) -> str:
    """A form whose segment is named one way."""
    head, pair, rest = form.partition("Line(")[0], *form.partition("Line(")[2].split(")", 1)
    return head + ", ".join(sorted(pair.split(", "))) + rest


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("tool", "field"), [("text_cdl", "text"), ("goal_cdl", "text"), ("multimath", "question"), ("g_llava", "problem")]
)
def test_hostile_text_is_refused(tool, field, text):
    with pytest.raises(ToolArgumentError) as caught:
        vista.load("tool", tool)(images=[PROBLEM.image], **{field: text})
    assert caught.value.field == field


def test_a_picture_without_a_figure_is_no_diagram():
    blank = np.full((200, 300, 3), 255, np.uint8)
    for name in ("image_cdl", "construction_cdl"):
        with pytest.raises(ToolFailed, match="No geometry figure"):
            vista.load("tool", name)(images=[blank])


def test_a_problem_that_is_none_fails_and_says_why():
    with pytest.raises(ToolArgumentError, match="as a word problem .* as geometry no question"):
        vista.load("tool", "multimath")(question="Who are you?")
    with pytest.raises(ToolFailed, match="no question for a length"):
        vista.load("tool", "g_llava")(question="ABC is a triangle.", images=[PROBLEM.image])
    with pytest.raises(ToolFailed, match="The symbolic way gives no answer"):
        vista.load("tool", "g_llava")(question="Find XY.", images=[PROBLEM.image])


def test_without_the_vision_package_the_readers_are_unavailable(monkeypatch):
    from vista_tools_math.diagrams import ocr

    monkeypatch.setattr(ocr, "find_spec", lambda name: None)
    ocr.load_reader.cache_clear()
    with pytest.raises(ToolUnavailable, match="vista-tools-math"):
        ocr.load_reader()
    # texts are solved all the same, and a picture is refused with the remedy
    solver = vista.load("tool", "g_llava")
    with pytest.raises(ToolFailed, match="diagram"):
        solver(question=PROBLEM.text, images=[PROBLEM.image])
    assert vista.load("tool", "multimath")(question="What is 15% of 80?").data.value == 12
    ocr.load_reader.cache_clear()


def test_a_models_answer_is_its_last_line():
    from vista_tools_math.endpoints.solvers import GLLaVA, GLLaVAArgs

    tool = GLLaVA()
    solved = tool.parse("AB = CD\n**Answer:** 12.", GLLaVAArgs())
    assert (solved.answer, solved.value, solved.steps, solved.method) == ("12", 12.0, ["AB = CD"], "model")
    with pytest.raises(ToolFailed):
        tool.parse("I do not know.", GLLaVAArgs())
