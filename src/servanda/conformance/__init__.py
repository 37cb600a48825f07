"""Cases in the `slm-cases/1` format: our answer to each, compared with the one expected.

`cases` parts each case into a question and an expectation, `answers` sees the question only, `comparison` sets
the two side by side.
"""
