"""The result as a document, and its renderings."""
