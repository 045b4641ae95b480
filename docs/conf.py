"""The site of the documentation: `python -m sphinx -W docs site`. Nothing is taken from a network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "derive"
author = "the derive authors"
project_copyright = "Apache-2.0"
extensions = ["myst_parser", "sphinx.ext.autodoc", "directives"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "derive"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_copy_source = False
html_domain_indices = False
smartquotes = False

myst_heading_anchors = 3
myst_enable_extensions = ["attrs_inline"]

ALIASES = ("ArrayLike", "Booleans", "Estimator", "Floats", "Given", "Hypothesis", "Integers", "Panel", "Statement")
add_module_names = False
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_type_aliases = {name: name for name in ALIASES}
autodoc_default_options = {"members": True}
