"""The names of `vista_core.scoring` for type checkers."""

from vista_core.scoring.choices import multiple_choice as multiple_choice
from vista_core.scoring.choices import yes_no as yes_no
from vista_core.scoring.documents import anls as anls
from vista_core.scoring.geometry import geometry_choice as geometry_choice
from vista_core.scoring.math_vista import mathvista as mathvista
from vista_core.scoring.mathematics import math_equal as math_equal
from vista_core.scoring.numbers import numeric as numeric
from vista_core.scoring.numbers import read_number as read_number
from vista_core.scoring.relaxed import relaxed_accuracy as relaxed_accuracy
from vista_core.scoring.sets import exact_set as exact_set
from vista_core.scoring.sets import vocabulary as vocabulary
from vista_core.scoring.tables import tabmwp as tabmwp
from vista_core.scoring.text import exact_text as exact_text
from vista_core.scoring.text import normalised as normalised
from vista_core.scoring.values import read_value as read_value
from vista_core.scoring.vqa import vqa_accuracy as vqa_accuracy
