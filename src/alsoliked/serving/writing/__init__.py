"""WHAT PEOPLE TELL: ratings, what they are, what was shown; acknowledged means committed."""
