# SPDX-License-Identifier: BSD-3-Clause
"""Writes optim_lbfgs.json: where scipy's L-BFGS-B goes without bounds, on functions that the test repeats."""

import json
import pathlib

import numpy as np
import scipy
from scipy.optimize import minimize

assert scipy.__version__ == "1.17.1"


def rosenbrock(x):
    a, b = x[:-1], x[1:]
    gradient = np.zeros_like(x)
    gradient[:-1] = -400 * a * (b - a**2) - 2 * (1 - a)
    gradient[1:] += 200 * (b - a**2)
    return np.sum(100 * (b - a**2) ** 2 + (1 - a) ** 2), gradient


def waves(x):
    """Not convex, and steep far out: line searches of many evaluations."""
    k = np.arange(1, len(x) + 1)
    value = np.sum(0.01 * x**4 + np.sin(k * x) / k)
    return value, 0.04 * x**3 + np.cos(k * x)


def quadratic(x):
    d = 10.0 ** np.linspace(0, 3, len(x))
    return 0.5 * np.sum(d * (x - 1) ** 2), d * (x - 1)


def slow(x):
    """Almost flat at the start: the first step has to grow."""
    return -np.sum(1e-3 * x / (1 + (0.05 * x) ** 2)), -1e-3 * (1 - (0.05 * x) ** 2) / (1 + (0.05 * x) ** 2) ** 2


def case(f, n, max_iter, **options):
    x0 = np.sin(1.0 + np.arange(n)) * (0.5 if f is slow else 3.0)
    gtol, ftol, m = (options.get(k, d) for k, d in (("gtol", 1e-5), ("ftol", 0.0), ("history", 10)))
    r = minimize(f, x0, method="L-BFGS-B", jac=True, options=dict(maxiter=max_iter, gtol=gtol, ftol=ftol, maxcor=m))
    return {"function": f.__name__, "n": n, "max_iter": max_iter, "gtol": gtol, "ftol": ftol, "history": m,
            "n_iter": r.nit, "n_evaluations": r.nfev, "value": float(r.fun), "x": r.x.tolist()}


cases = [case(f, n, 15) for f in (rosenbrock, waves, quadratic, slow) for n in (2, 5, 12)]
cases += [case(rosenbrock, 2, 200), case(rosenbrock, 8, 200, history=3), case(slow, 1, 200), case(quadratic, 12, 50)]
cases += [case(rosenbrock, 5, 200, gtol=0.0, ftol=1e-4), case(waves, 30, 15, history=4)]
text = json.dumps(cases).replace("}, ", "},\n")
(pathlib.Path(__file__).parent / "optim_lbfgs.json").write_text(text + "\n")
for c in cases:
    print(c["function"], c["n"], c["n_iter"], c["n_evaluations"], c["value"])
