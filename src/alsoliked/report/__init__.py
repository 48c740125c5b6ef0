"""Report: one page a colleague can open offline: data, model, figures, what it learned, lists, warnings."""
