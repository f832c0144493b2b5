"""``cornbread doctor``: what is well, what is not, and what to do about it."""

from cornbread.config.doctor.examination import examine
from cornbread.config.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
