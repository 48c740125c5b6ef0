"""Contents: what of a recommender goes into a bundle, and the way back."""

from alsoliked.contents.whole import from_contents, to_contents

__all__ = ["from_contents", "to_contents"]
