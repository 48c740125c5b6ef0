"""PAGES: for visitors and for operators, made on the server; scripts only where they help."""
