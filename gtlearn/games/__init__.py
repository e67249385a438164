"""What is played: games with exact payoffs, each one also an OpenSpiel game."""

if __name__ != "gtlearn.games":
    raise ImportError(f"this folder was imported as {__name__!r}; write `from gtlearn import games`")

from gtlearn.games.bayesian import BayesianGame as BayesianGame
from gtlearn.games.normal_form import NormalFormGame as NormalFormGame
from gtlearn.games.normal_form import normal_form as normal_form
