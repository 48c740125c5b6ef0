"""How good is it: accuracy of ratings, quality of lists, what is shown, and how sure the figures are."""
