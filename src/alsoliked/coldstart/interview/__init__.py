"""The interview: a few questions to somebody new, each the one whose answer is expected to tell most."""

from alsoliked.coldstart.interview.beginning import begin
from alsoliked.coldstart.interview.interview import Interview
from alsoliked.coldstart.interview.questions import Question
from alsoliked.coldstart.interview.state import Form, State

__all__ = ["Form", "Interview", "Question", "State", "begin"]
