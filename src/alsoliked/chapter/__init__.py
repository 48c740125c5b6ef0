"""The book's spelling, thin, on top of the rest: ``from alsoliked.chapter import *``."""
