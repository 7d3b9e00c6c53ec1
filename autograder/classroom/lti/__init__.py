"""Send grades to an LMS by LTI 1.3: `send` says what goes, `service` how, and `platform` where and as whom.

The standards are IMS Assignment and Grade Services 2.0 and IMS Security Framework 1.1. In their words the class is a
tool, the LMS a platform, and a column of its gradebook a line item.
"""

from .send import Sent, send

__all__ = ["Sent", "send"]
