# SPDX-License-Identifier: BSD-3-Clause
"""Paths of other libraries, called as scikit-learn's lasso_path: α, coefficients, and the rest."""

from typing import Any

import numpy as np


def celer_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, tol: float) -> tuple[Any, ...]:
    """celer's, without an intercept."""
    import celer

    return celer.celer_path(X, y, "lasso", alphas=alphas, tol=tol)


def skglm_path(X: np.ndarray, y: np.ndarray, alphas: np.ndarray, tol: float) -> tuple[Any, ...]:
    """skglm's Anderson-accelerated coordinate descent with working sets."""
    import skglm

    return skglm.Lasso(tol=tol, fit_intercept=False).path(X, y, alphas=alphas)
