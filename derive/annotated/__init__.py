"""A checked text as a page: its own words and formulas, a verdict beside every display."""
