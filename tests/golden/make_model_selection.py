# SPDX-License-Identifier: BSD-3-Clause
"""Writes model_selection.json: scikit-learn's splits, cross-validated scores and searches.

Nothing here is shuffled, since scikit-learn draws other random numbers; of random splits only the sizes
are kept. The data are those of examples/data/, which the tests read themselves. Sample weights follow a
formula that the tests repeat: 0.25 · (1 + i mod 7) for row i, and 0 where i mod 11 is 0.
"""

import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import (GridSearchCV, KFold, ParameterGrid, StratifiedKFold, cross_val_predict,
                                     cross_validate, train_test_split)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shared import dataset, write

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("error")
warnings.filterwarnings("ignore", "The least populated class")
sklearn.set_config(enable_metadata_routing=True)


def folds(splitter, y):
    """The number of the split that tests on each row."""
    fold = np.full(len(y), -1)
    for k, (train, test) in enumerate(splitter.split(np.zeros((len(y), 1)), y)):
        assert sorted([*train, *test]) == list(range(len(y)))
        fold[test] = k
    return fold.tolist()


def split_sizes():
    sizes = []
    for n in [2, 3, 7, 10, 99, 150]:
        for test, train in [(None, None), (0.1, None), (0.25, None), (0.33, None), (1, None), (None, 0.5),
                            (None, 0.9), (0.2, 0.3), (1, 1), (0.5, 1)]:
            try:
                a, b = train_test_split(np.arange(n), test_size=test, train_size=train, random_state=0)
                result = [len(a), len(b)]
            except ValueError:
                result = None
            sizes.append({"n": n, "test_size": test, "train_size": train, "sizes": result})
    return sizes


def stratified_counts():
    """Class counts that leave no two equal remainders, so that nothing is decided at random."""
    cases = []
    for counts, test in [([50, 31, 7], 0.25), ([101, 23, 11, 5], 0.1), ([40, 13], 17), ([60, 29, 12, 3], 0.4)]:
        y = np.repeat(np.arange(len(counts)), counts)
        seen = set()
        for seed in range(20):
            a, b = train_test_split(y, test_size=test, stratify=y, random_state=seed)
            seen.add((tuple(np.bincount(a)), tuple(np.bincount(b))))
        assert len(seen) == 1
        train_counts, test_counts = seen.pop()
        cases.append({"counts": counts, "test_size": test, "train": np.array(train_counts).tolist(),
                      "test": np.array(test_counts).tolist()})
    return cases


def weights(n):
    i = np.arange(n)
    return np.where(i % 11 == 0, 0.0, 0.25 * (1 + i % 7))


def logistic(C=1.0):
    return make_pipeline(StandardScaler().set_fit_request(sample_weight=True),
                         LogisticRegression(C=C, tol=1e-10, max_iter=10000).set_fit_request(sample_weight=True))


def scorers(names):
    return {name: get_scorer(name).set_score_request(sample_weight=True) for name in names}


def scores(estimator, X, y, names, weighted):
    params = {"sample_weight": weights(len(y))} if weighted else {}
    result = cross_validate(estimator, X, y, cv=5, scoring=scorers(names), return_train_score=True, params=params)
    return {key: value.tolist() for key, value in result.items() if "time" not in key}


def search(estimator, grid, X, y, scoring, cv, weighted=False):
    params = {"sample_weight": weights(len(y))} if weighted else {}
    scorer = get_scorer(scoring).set_score_request(sample_weight=True)
    found = GridSearchCV(estimator, grid, scoring=scorer, cv=cv, return_train_score=True).fit(X, y, **params)
    results = {}
    for key, value in found.cv_results_.items():
        if "time" not in key and not key.startswith("param"):
            results[key] = np.asarray(value).tolist()
    return {"results": results, "params": found.cv_results_["params"], "best_index": int(found.best_index_),
            "best_score": float(found.best_score_),
            "predictions": np.asarray(getattr(found, "predict_proba", found.predict)(X[:10])).tolist()}


cancer_X, cancer_y = dataset("breast_cancer.csv", "diagnosis")
diabetes_X, diabetes_y = dataset("diabetes.csv", "progression")
iris_X, iris_y = dataset("iris.csv", "species")

letters = list("bbabccab")
uneven = [int(k) for k in "3313013330113301331331103331333133113013"]
content = {
    "kfold": [{"n": n, "n_splits": k, "folds": folds(KFold(k), np.zeros(n))}
              for n, k in [(2, 2), (13, 5), (20, 7), (10, 10)]],
    "stratified": [{"y": [letters.index(c) for c in letters], "n_splits": 3,
                    "folds": folds(StratifiedKFold(3), letters)}]
                  + [{"y": uneven, "n_splits": k, "folds": folds(StratifiedKFold(k), uneven)} for k in range(2, 8)],
    "stratified_cancer": folds(StratifiedKFold(5), cancer_y),
    "sizes": split_sizes(),
    "stratified_sizes": stratified_counts(),
    "grid": list(ParameterGrid([{"b": [1, 2, 3], "a": ["x", "y"]}, {"c": [True]}, {}])),
    "ridge": {weighted: scores(Ridge(alpha=0.1).set_fit_request(sample_weight=True), diabetes_X, diabetes_y,
                               ["r2", "neg_mean_squared_error", "neg_mean_absolute_error"], weighted == "weighted")
              for weighted in ["unweighted", "weighted"]},
    "logistic": {weighted: scores(logistic(), cancer_X, cancer_y, ["accuracy", "roc_auc", "neg_log_loss"],
                                  weighted == "weighted") for weighted in ["unweighted", "weighted"]},
    "iris": scores(logistic(), iris_X, iris_y, ["accuracy", "neg_log_loss", "f1_macro"], False),
    "predict": {"proba": cross_val_predict(logistic(), cancer_X, cancer_y, method="predict_proba")[::40].tolist(),
                "decision": cross_val_predict(logistic(), cancer_X, cancer_y,
                                              method="decision_function")[::40].tolist(),
                "ridge": cross_val_predict(Ridge(alpha=0.1), diabetes_X, diabetes_y)[::40].tolist()},
    "search_logistic": search(logistic(), {"logisticregression__C": [1e-3, 0.1, 10.0],
                                           "standardscaler__with_mean": [True, False]},
                              cancer_X, cancer_y, "neg_log_loss", 5),
    "search_weighted": search(logistic(), {"logisticregression__C": [0.01, 1.0]}, cancer_X, cancer_y, "roc_auc", 4,
                              weighted=True),
    "search_ridge": search(Ridge(), {"alpha": [10.0, 0.01, 1.0, 0.01, 10.0]}, diabetes_X, diabetes_y, "r2", 3),
}
write("model_selection.json", content, ("}, ", '], "'))
