# SPDX-License-Identifier: BSD-3-Clause
"""Writes metrics_*.json: what scikit-learn's metrics say of noisy predictions on real data.

Every file has the inputs (rounded, so that scores tie) and, by name, the results without and with
sample weights; some weights are zero.
"""

import warnings

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer, load_diabetes, load_linnerud, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shared import write_plain

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("ignore")
AVERAGES = ["micro", "macro", "weighted"]


def weights_for(n, rng):
    weight = np.round(rng.gamma(1.5, 1.0, n), 2)
    weight[rng.random(n) < 0.1] = 0.0
    return weight


def label_scores(y, pred, weight, labels, subset):
    """Everything that compares labels. `subset` is some of the classes, in another order."""
    w = {"sample_weight": weight}
    result = {
        "accuracy": metrics.accuracy_score(y, pred, **w),
        "accuracy_count": metrics.accuracy_score(y, pred, normalize=False, **w),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, pred, **w),
        "balanced_accuracy_adjusted": metrics.balanced_accuracy_score(y, pred, adjusted=True, **w),
        "confusion": metrics.confusion_matrix(y, pred, **w),
        "confusion_subset": metrics.confusion_matrix(y, pred, labels=subset, **w),
    }
    if weight is None:  # weighted supports are printed in another way
        result["report"] = metrics.classification_report(y, pred)
        result["report_subset"] = metrics.classification_report(
            y, pred, labels=subset, target_names=[f"class {c}" for c in subset], digits=4)
    for normalize in ["true", "pred", "all"]:
        result["confusion_" + normalize] = metrics.confusion_matrix(y, pred, normalize=normalize, **w)
    for average in AVERAGES:
        result["precision_" + average] = metrics.precision_score(y, pred, average=average, **w)
        result["recall_" + average] = metrics.recall_score(y, pred, average=average, **w)
        result["f1_" + average] = metrics.f1_score(y, pred, average=average, **w)
        result["fbeta2_" + average] = metrics.fbeta_score(y, pred, beta=2, average=average, **w)
        result["f1_subset_" + average] = metrics.f1_score(y, pred, average=average, labels=subset, **w)
    p, r, f, s = metrics.precision_recall_fscore_support(y, pred, beta=0.5, **w)
    result["classes"] = {"precision": p, "recall": r, "fscore": f, "support": s}
    p, r, f, s = metrics.precision_recall_fscore_support(y, pred, labels=subset, **w)
    result["classes_subset"] = {"precision": p, "recall": r, "fscore": f, "support": s}
    return result


def binary_scores(y, pred, score, proba, weight):
    w = {"sample_weight": weight}
    result = label_scores(y, pred, weight, [0, 1], [1])
    for name in ["precision", "recall", "f1"]:
        function = getattr(metrics, name + "_score")
        result[name] = function(y, pred, **w)
        result[name + "_of_0"] = function(y, pred, pos_label=0, **w)
    for drop in [True, False]:
        fpr, tpr, at = metrics.roc_curve(y, score, drop_intermediate=drop, **w)
        result["roc_dropped" if drop else "roc"] = {"fpr": fpr, "tpr": tpr, "thresholds": at}
        p, r, at = metrics.precision_recall_curve(y, score, drop_intermediate=drop, **w)
        result["pr_dropped" if drop else "pr"] = {"precision": p, "recall": r, "thresholds": at}
    result["roc_auc"] = metrics.roc_auc_score(y, score, **w)
    result["average_precision"] = metrics.average_precision_score(y, score, **w)
    result["average_precision_of_0"] = metrics.average_precision_score(y, -score, pos_label=0, **w)
    result["log_loss"] = metrics.log_loss(y, proba, **w)
    result["log_loss_sum"] = metrics.log_loss(y, proba, normalize=False, **w)
    result["brier"] = metrics.brier_score_loss(y, proba, **w)
    result["brier_unscaled"] = metrics.brier_score_loss(y, proba, scale_by_half=False, **w)
    result["brier_of_0"] = metrics.brier_score_loss(y, 1 - proba, pos_label=0, **w)
    return result


def make_binary():
    X, y = load_breast_cancer(return_X_y=True)
    X, y = X[::2], y[::2]
    rng = np.random.default_rng(1)
    noisy = X[:, :3] + rng.normal(0, 1.0, (len(X), 3)) * X[:, :3].std(axis=0)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(noisy, y)
    score = np.round(model.decision_function(noisy), 1)
    proba = np.round(model.predict_proba(noisy)[:, 1], 2)
    proba[:3] = [0.0, 1.0, 1.0]
    pred = (score + rng.normal(0, 1, len(y)) > 0).astype(int)
    weight = weights_for(len(y), rng)
    calibration = {}
    for strategy in ["uniform", "quantile"]:
        for bins in [5, 10]:
            true, mean = calibration_curve(y, proba, n_bins=bins, strategy=strategy)
            calibration[f"{strategy}_{bins}"] = {"prob_true": true, "prob_pred": mean}
    write_plain("metrics_binary.json", {
        "y": y, "pred": pred, "score": score, "proba": proba, "weight": weight,
        "unweighted": binary_scores(y, pred, score, proba, None),
        "weighted": binary_scores(y, pred, score, proba, weight),
        "calibration": calibration,
    })


def multiclass_scores(y, pred, proba, weight):
    w = {"sample_weight": weight}
    result = label_scores(y, pred, weight, [3, 7, 20], [20, 3])
    for average in AVERAGES:
        result["roc_auc_ovr_" + average] = metrics.roc_auc_score(
            y, proba, multi_class="ovr", average=average, **w)
        result["average_precision_" + average] = metrics.average_precision_score(
            y, proba, average=average, **w)
    if weight is None:
        for average in ["macro", "weighted"]:
            result["roc_auc_ovo_" + average] = metrics.roc_auc_score(
                y, proba, multi_class="ovo", average=average)
    result["log_loss"] = metrics.log_loss(y, proba, **w)
    result["brier"] = metrics.brier_score_loss(y, proba, **w)
    result["brier_halved"] = metrics.brier_score_loss(y, proba, scale_by_half=True, **w)
    return result


def make_multiclass():
    X, y = load_wine(return_X_y=True)
    rng = np.random.default_rng(2)
    noisy = X[:, :4] + rng.normal(0, 1.0, (len(X), 4)) * X[:, :4].std(axis=0)
    names = np.array([3, 7, 20])
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(noisy, y)
    proba = np.round(model.predict_proba(noisy), 1)
    proba[:, 2] = np.round(1.0 - proba[:, 0] - proba[:, 1], 1) + 0.0
    assert proba.min() >= 0 and proba.max() <= 1
    pred = names[np.where(rng.random(len(y)) < 0.15, rng.integers(0, 3, len(y)), proba.argmax(axis=1))]
    y = names[y]
    weight = weights_for(len(y), rng)
    write_plain("metrics_multiclass.json", {
        "y": y, "pred": pred, "proba": proba, "weight": weight,
        "unweighted": multiclass_scores(y, pred, proba, None),
        "weighted": multiclass_scores(y, pred, proba, weight),
    })


def regression_scores(y, pred, weight):
    w = {"sample_weight": weight}
    return {
        "mean_squared_error": metrics.mean_squared_error(y, pred, **w),
        "root_mean_squared_error": metrics.root_mean_squared_error(y, pred, **w),
        "mean_absolute_error": metrics.mean_absolute_error(y, pred, **w),
        "r2": metrics.r2_score(y, pred, **w),
        "explained_variance": metrics.explained_variance_score(y, pred, **w),
    }


def make_regression():
    rng = np.random.default_rng(3)
    content = {}
    for name, (X, y) in {
        "diabetes": load_diabetes(return_X_y=True),
        "linnerud": load_linnerud(return_X_y=True),
    }.items():
        pred = np.round(LinearRegression().fit(X, y).predict(X) + rng.normal(3, 10, y.shape), 3)
        weight = weights_for(len(y), rng)
        content[name] = {
            "y": y, "pred": pred, "weight": weight,
            "unweighted": regression_scores(y, pred, None),
            "weighted": regression_scores(y, pred, weight),
        }
    write_plain("metrics_regression.json", content)


if __name__ == "__main__":
    make_binary()
    make_multiclass()
    make_regression()
