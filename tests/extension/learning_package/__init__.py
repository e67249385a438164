"""A package that stands outside gtlearn: a learner, an environment and a network of one's own."""
