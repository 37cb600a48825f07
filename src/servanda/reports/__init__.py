"""What people read: one folder a report, each with one source of figures and its renderings."""
