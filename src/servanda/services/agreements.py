"""Agreements: what an organisation keeps of them.

The database holds the truth of what was agreed; a book is a proposal.
"""

from servanda.store.books import book_from, book_of, coverage_of, forget, versions

__all__ = ["book_from", "book_of", "coverage_of", "forget", "versions"]
