"""Fill ``attributions``, ``participants``, ``rivals``, ``actor_minutes``, ``counterfactuals``; set the incidents' verdict."""

from __future__ import annotations

from forensics.case.case import Case


def attribute(case: Case) -> None:
    """Fill ``attributions``, ``participants``, ``rivals``, ``actor_minutes``, ``counterfactuals``; set the incidents' verdict."""
