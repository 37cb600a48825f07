"""The month's service report: one value with all that it shows, and the same value as a page, PDF, XLSX, CSV and JSON.

`figures` makes the value, `sections` puts it into words and tables, and each `as_...` shows these.
"""
