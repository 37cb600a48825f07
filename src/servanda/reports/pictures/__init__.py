"""Pictures of the field's own figures as SVG text, the same on a page, in a PDF and on paper.

Each module draws one: `clock_band`, `slam`, `day_strip`, `trend`. None needs colour to be understood, none carries
style or script, and each has a title, a description and a table that says the same.
"""
