"""Claims: sentences with a measurement behind them, and the comparison that treats its arms alike."""

from dnnkit.claim.interval import t_interval
from dnnkit.claim.runs import record
from dnnkit.claim.sentence import Claim, ClaimError, claim
from dnnkit.claim.tuning import Arm, Tuned, UntunedError, tuned

__all__ = ["Arm", "Claim", "ClaimError", "Tuned", "UntunedError", "claim", "record", "t_interval", "tuned"]
