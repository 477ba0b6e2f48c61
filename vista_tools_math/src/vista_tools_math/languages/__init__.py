r"""The formal languages of geometry problems: logic forms of Inter-GPS, and FormalGeo's CDL.

Reading     parse_inter_gps(text) -> Form       "Equals(LengthOf(Line(A, B)), 2x-3)", "Find(x)"
            parse_cdl(text, kind="") -> Form    kind: construction, text, image, goal or "" for any
            parse_expression(text) -> Node      algebra alone: "5x-12", "\frac{4}{3}y+1", "60°"
            all raise FormError (.position from 1, .token) within fixed limits of length, depth and digits
Objects     Form(head, args); Point(name), Points(names), Label(name); Number(Fraction), Symbol(name), Constant("pi"),
            Operation(sign, args); walk(node), points(node), symbols(node). All frozen and equal by value.
Writing     to_text(node): reading it gives the same object again
Checking    check(forms) -> list[Problem]       beyond grammar: repeated points, several goals, goals about the unknown
            is_goal(form)
Translating cdl_to_inter_gps(forms), inter_gps_to_cdl(forms) -> Translation(forms, left_out)
Vocabulary  INTER_GPS, CDL: head -> Signature(sort, takes)
"""

from vista_tools_math.languages.nodes import (
    Constant,
    Form,
    FormError,
    Label,
    Node,
    Number,
    Operation,
    Point,
    Points,
    Symbol,
    points,
    symbols,
    walk,
)
from vista_tools_math.languages.parser import MOST_FORMS, parse_cdl, parse_expression, parse_inter_gps
from vista_tools_math.languages.printer import to_text
from vista_tools_math.languages.translate import Translation, cdl_to_inter_gps, inter_gps_to_cdl
from vista_tools_math.languages.validator import Problem, check, is_goal
from vista_tools_math.languages.vocabulary import CDL, INTER_GPS, Signature

__all__ = [
    "CDL",
    "INTER_GPS",
    "MOST_FORMS",
    "Constant",
    "Form",
    "FormError",
    "Label",
    "Node",
    "Number",
    "Operation",
    "Point",
    "Points",
    "Problem",
    "Signature",
    "Symbol",
    "Translation",
    "cdl_to_inter_gps",
    "check",
    "inter_gps_to_cdl",
    "is_goal",
    "parse_cdl",
    "parse_expression",
    "parse_inter_gps",
    "points",
    "symbols",
    "to_text",
    "walk",
]
