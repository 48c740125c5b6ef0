"""PAGES: for visitors and for operators, made on the server; scripts only where they help.

`look` dresses a page and shuts it off from the network, `route` turns errors into pages, `seats` says who looks and
`forms` that a form is our own. `visiting` and `operating` have one file for each page; templates know HTML, and
nothing else does.
"""
