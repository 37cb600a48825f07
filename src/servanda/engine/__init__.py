"""The pure heart: what was promised, what happened, what that means. Values in, values out.

Nothing here knows a file, a database, the machine's time or a rounded ratio. Read it in this order, each
module building on those before: `instants`, `intervals`, `calendars`, `kernel`, `periods`, `evidence`, `targets`,
`agreements`, `events`, `coverage`, `clocks`, `results`, `reconciliation`, `bulk`.
"""
