"""How an answer is judged: through a stand-in, check by check, with a name for the mistake."""
