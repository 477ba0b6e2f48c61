"""Word lists. Level 1 uses NAMES only: forty single words that differ in shape (the demo's tokenizer knows them)."""

NAMES: tuple[str, ...] = (
    "Mango", "Kiwi", "Apple", "Banana", "Cherry", "Grape", "Lemon", "Melon", "Olive", "Peach", "Plum", "Pear",
    "Fig", "Lime", "Date",
    "Coral", "Amber", "Jade", "Ruby", "Pearl", "Onyx", "Topaz", "Opal", "Quartz",
    "Maple", "Cedar", "Birch", "Willow", "Aspen", "Elm",
    "Otter", "Falcon", "Heron", "Lynx", "Bison", "Tiger", "Eagle", "Raven", "Wolf", "Hare",
)  # fmt: skip

MORE_NAMES: tuple[str, ...] = (
    *NAMES,
    "Norway", "Brazil", "Kenya", "Japan", "Canada", "Egypt", "Chile", "Poland", "Vietnam", "Greece",
    "Peru", "Turkey", "Ghana", "Nepal",
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    "Tennis", "Hockey", "Rowing", "Fencing", "Judo", "Cycling", "Chess", "Boxing",
    "Bread", "Butter", "Cheese", "Honey", "Coffee", "Sugar", "Pepper", "Salmon", "Pasta", "Yogurt",
)  # fmt: skip
"""Names of level 2 and 3."""

SERIES: tuple[tuple[str, ...], ...] = (
    ("North", "South", "East", "West"),
    ("2019", "2020", "2021", "2022"),
    ("Spring", "Summer", "Autumn", "Winter"),
    ("Alpha", "Beta", "Gamma", "Delta"),
    ("Urban", "Rural", "Coast", "Hills"),
)
"""Families of series names; a picture takes all of its series from one."""

COLUMNS: dict[str, str] = {
    "Price": "$", "Sales": "$", "Cost": "$", "Profit": "$",
    "Score": "%", "Share": "%", "Growth": "%",
    "Weight": "", "Height": "", "Rating": "",
    "Stock": "whole", "Orders": "whole", "Visits": "whole", "Points": "whole", "Returns": "whole",
}  # fmt: skip
"""Headers of numeric table columns: the unit that their cells may carry, or "whole" for counts."""

NAME_HEADERS: tuple[str, ...] = ("Name", "Item", "Product", "Label", "Entry")
"""Headers of a table's column of names."""

TITLES: tuple[str, ...] = (
    "Survey results", "Annual report", "Weekly summary", "Results by name", "Overview", "Field study",
    "Recorded totals", "Monthly figures", "Sample data", "Summary of entries",
)  # fmt: skip
"""Titles; none holds a number, so that no reader mistakes one for data."""

AXIS_TITLES: tuple[str, ...] = ("Value", "Amount", "Count", "Units", "Level", "Total")
"""Titles of a value axis."""
