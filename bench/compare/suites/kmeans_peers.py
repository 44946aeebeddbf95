# SPDX-License-Identifier: BSD-3-Clause
"""A job of k-means for one peer: prints seconds and iterations as a line of JSON; the centres go to a
file. `python kmeans_peers.py PEER JOB`; suites/kmeans.py says what a job is."""

import json
import pathlib
import statistics
import sys
import time
import warnings

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import dataset  # noqa: E402

warnings.simplefilter("ignore")


def median_seconds(repeats, work):
    """As compare::median_seconds of ours.hpp."""
    if repeats > 1:
        work()
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def scikit_learn(job, X, KMeans, algorithm):
    """Seconds, centres, iterations, with a class that has scikit-learn's interface."""
    from sklearn.cluster import MiniBatchKMeans, kmeans_plusplus

    k, init = job["k"], X[:job["k"]].copy()
    if job["task"] == "seed":
        found = []
        seconds = median_seconds(
            job["repeats"], lambda: found.append(kmeans_plusplus(X, k, random_state=0)[0]))
        return seconds, found[-1], 0
    if job["task"] == "batches":
        model = MiniBatchKMeans(k, init=init, n_init=1, max_iter=job["max_iter"], random_state=0,
                                max_no_improvement=None)
    elif job["task"] == "default":
        model = KMeans(k, random_state=0)
    else:
        model = KMeans(k, init=init, n_init=1, max_iter=job["max_iter"], tol=job["tol"],
                       algorithm=algorithm)
    seconds = median_seconds(job["repeats"], lambda: model.fit(X))
    if job["task"] == "predict":
        seconds = median_seconds(job["repeats"], lambda: model.predict(X))
    return seconds, model.cluster_centers_, model.n_iter_


def faiss(job, X):
    """faiss, which knows float32 and a number of iterations only."""
    import faiss as library

    library.omp_set_num_threads(job["threads"])
    k, init = job["k"], X[:job["k"]].copy()
    model = library.Kmeans(X.shape[1], k, niter=job["max_iter"], max_points_per_centroid=len(X),
                           min_points_per_centroid=1)
    seconds = median_seconds(job["repeats"], lambda: model.train(X, init_centroids=init))
    return seconds, model.centroids, job["max_iter"]


def main(peer, job):
    """Runs the job with that peer."""
    X = dataset.read(pathlib.Path(job["data"]), order="C",
                     dtype=np.float32 if job["float32"] else np.float64).X
    if peer == "faiss":
        seconds, centers, n_iter = faiss(job, X)
    elif peer == "scikit-learn-intelex":
        from sklearnex.cluster import KMeans
        seconds, centers, n_iter = scikit_learn(job, X, KMeans, "lloyd")
    else:
        from sklearn.cluster import KMeans
        algorithm = "elkan" if peer.endswith("elkan") else "lloyd"
        seconds, centers, n_iter = scikit_learn(job, X, KMeans, algorithm)
    np.ascontiguousarray(centers, np.float64).tofile(job["centers"])
    print(json.dumps({"seconds": seconds, "n_iter": int(n_iter)}))


main(sys.argv[1], json.loads(sys.argv[2]))
