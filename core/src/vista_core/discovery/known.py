"""First-party names and the distributions that bring them, so that a missing package is not taken for a typo."""

from vista_core.discovery.metadata import Kind

_TOOLS = {
    "vista-tools-vision": (
        "grounding_dino sam easyocr unichart_to_table deplot_to_table chartmoe_to_table chartmoe_extract_data "
        "opencv_to_svg chartdet_to_svg chartocr_to_svg chartdet_to_scg chartocr_to_scg chartassistant_caption "
        "chartvlm_caption chartmoe_answer chartmoe_analyze chartmoe_describe image_zoom_in image_rotate"
    ),
    "vista-tools-math": (
        "image_cdl text_cdl construction_cdl goal_cdl inter_gps diagram_formalizer_img_cdl "
        "diagram_formalizer_cons_cdl g_llava multimath calculator sympy_geometry"
    ),
}
_TASKS = {
    "vista-tasks-chart": "chartqa figureqa",
    "vista-tasks-document": "docvqa",
    "vista-tasks-geometry": "geometry3k geoqa unigeo",
    "vista-tasks-spatial": "clevr",
    "vista-tasks-geospatial": "mapqa infographicvqa",
    "vista-tasks-general": "thinkvl aokvqa",
    "vista-tasks-scientific": "scienceqa vizwiz",
    "vista-tasks-heldout": "tabmwp ai2d plotqa clevr_math iconqa mathvista",
    "vista-tasks-synthetic": (
        "synthetic_chart synthetic_table synthetic_geometry synthetic_map synthetic_document synthetic_scene"
    ),
}
_OTHERS: dict[Kind, dict[str, str]] = {
    "reward": {"vista-core": "vista vista_dense vista_sparse vista_difficulty"},
    "executor": {"vista-core": "thread process", "vista-serve": "http ray"},
    "policy": {"vista-trainers": "hf vllm openai scripted"},
}


def first_party(kind: Kind) -> dict[str, str]:
    """Name -> distribution of the first-party plugins of a kind.

    Example:
        >>> from vista_core.discovery.known import first_party
        >>> first_party("tool")["deplot_to_table"], len(first_party("task"))
        ('vista-tools-vision', 25)
    """
    packages = {"tool": _TOOLS, "task": _TASKS}.get(kind) or _OTHERS.get(kind, {})
    return {name: package for package, names in packages.items() for name in names.split()}
