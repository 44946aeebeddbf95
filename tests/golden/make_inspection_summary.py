# SPDX-License-Identifier: BSD-3-Clause
"""Writes inspection_summary.json: what statsmodels says of linear models, and scipy of the
distributions of their statistics.

The data are those of examples/data/, which the tests read themselves. Weights follow a formula that the
tests repeat: 1 + i mod 3 for row i.
"""

import decimal
import warnings

import numpy as np
import scipy.stats
import statsmodels
import statsmodels.api as sm

from shared import dataset, write

assert statsmodels.__version__ == "0.15.0"


def estimates(result):
    low, high = result.conf_int(alpha=0.1).T
    return {
        "coef": result.params.tolist(),
        "std_error": result.bse.tolist(),
        "statistic": result.tvalues.tolist(),
        "p_value": result.pvalues.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "covariance": np.asarray(result.cov_params()).tolist(),
        "log_likelihood": result.llf,
        "df_residual": result.df_resid,
    }


def ols(X, y, weights=None, intercept=True):
    if weights is not None:  # weights count rows
        X, y = np.repeat(X, weights, axis=0), np.repeat(y, weights)
    result = sm.OLS(y, sm.add_constant(X) if intercept else X).fit()
    return estimates(result) | {
        "aic": result.aic,
        "bic": result.bic,
        "r2": result.rsquared,
        "adjusted_r2": result.rsquared_adj,
        "test_statistic": result.fvalue,
        "test_p_value": result.f_pvalue,
        "dispersion": result.scale,
        "deviance": result.ssr,
    }


def logit(X, y):
    result = sm.Logit(y, sm.add_constant(X)).fit(disp=False, tol=1e-12, maxiter=100)
    return estimates(result) | {
        "aic": result.aic,
        "bic": result.bic,
        "pseudo_r2": result.prsquared,
        "null_log_likelihood": result.llnull,
        "test_statistic": result.llr,
        "test_p_value": result.llr_pvalue,
    }


def glm(X, y, family, weights=None, intercept=True, use_t=True):
    model = sm.GLM(y, sm.add_constant(X) if intercept else X, family=family, freq_weights=weights)
    result = model.fit(tol=1e-14, tol_criterion="params", maxiter=200, use_t=use_t)
    return estimates(result) | {
        "aic": result.aic,
        "bic": result.bic_llf,
        "dispersion": result.scale,
        "deviance": result.deviance,
        "null_deviance": result.null_deviance,
        "pearson_chi2": result.pearson_chi2,
    }


def exact_f_sf(x, df1, df2):
    """For an even df1, by a finite sum with 60 digits: scipy keeps 11 digits of df2 = 10⁶."""
    decimal.getcontext().prec = 60
    x, df1, df2 = (decimal.Decimal(v) for v in (x, df1, df2))
    below = df2 / (df2 + df1 * x)
    term, total = decimal.Decimal(1), decimal.Decimal(0)
    for j in range(int(df1) // 2):
        total += term
        term *= (df2 / 2 + j) / (j + 1) * (1 - below)
    return float(total * (df2 / 2 * below.ln()).exp())


def distributions():
    t = [(x, df) for x in (-2.0, 0.1, 1.5, 4.0, 30.0) for df in (1.0, 2.5, 30.0, 431.0, 1e6)]
    f = [
        (x, a, b)
        for x in (0.05, 0.9, 1.1, 3.0, 40.0)
        for a in (1.0, 4.0, 50.0)
        for b in (1.0, 9.0, 431.0)
    ]
    large_f = [(x, a, 1e6) for x in (0.05, 0.9, 1.1, 3.0, 30.0) for a in (2.0, 10.0, 50.0)]
    chi2 = [(x, df) for x in (0.01, 0.8, 5.0, 60.0, 900.0) for df in (1.0, 4.0, 55.0, 1000.0)]
    normal = [-3.0, 0.0, 0.5, 2.0, 8.0, 30.0]
    tails = [1e-12, 0.025, 0.3, 0.5, 0.95]
    t_tails = [(p, df) for p in tails for df in (1.0, 2.5, 30.0, 431.0)]
    s = scipy.stats
    return {
        "student_t_sf": [[*a, s.t.sf(*a)] for a in t],
        "f_sf": [[*a, s.f.sf(*a)] for a in f],
        "large_f_sf": [[*a, exact_f_sf(*a)] for a in large_f],
        "chi2_sf": [[*a, s.chi2.sf(*a)] for a in chi2],
        "normal_sf": [[x, s.norm.sf(x)] for x in normal],
        "normal_isf": [[p, s.norm.isf(p)] for p in tails],
        "student_t_isf": [[*a, s.t.isf(*a)] for a in t_tails],
    }


warnings.simplefilter("ignore")  # a link that is not the default one of its family
X, y = dataset("diabetes.csv", "progression")
cancer, diagnosis = dataset("breast_cancer.csv", "diagnosis")
diagnosis = np.searchsorted(np.unique(diagnosis), diagnosis)
some = cancer[:, [1, 4, 8, 9]]  # columns that do not separate the classes
w = 1 + np.arange(len(y)) % 3
few = X[:, [0, 2, 3, 8]] - X[:, [0, 2, 3, 8]].mean(axis=0)
few = few / few.std(axis=0)
above = np.maximum(y - 100, 0)  # a third of them 0
log = sm.families.links.Log()
content = {
    "ols": ols(X, y),
    "ols_no_intercept": ols(X, y, intercept=False),
    "ols_weighted": ols(X, y, w),
    "logit": logit(some, diagnosis),
    "binomial_weighted": glm(
        some, diagnosis, sm.families.Binomial(), 1 + np.arange(len(some)) % 3, use_t=False
    ),
    "binomial_no_intercept": glm(
        some, diagnosis, sm.families.Binomial(), intercept=False, use_t=False
    ),
    "poisson": glm(few, y, sm.families.Poisson(), use_t=False),
    "poisson_weighted": glm(few, y, sm.families.Poisson(), w, use_t=False),
    "gamma": glm(few, y, sm.families.Gamma(link=log)),
    "gamma_weighted": glm(few, y, sm.families.Gamma(link=log), w),
    "inverse_gaussian": glm(few, y, sm.families.InverseGaussian(link=log)),
    "tweedie": glm(few, above, sm.families.Tweedie(link=log, var_power=1.5, eql=False)),
    "distributions": distributions(),
}


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return float(value)


write("inspection_summary.json", plain(content))
