# SPDX-License-Identifier: BSD-3-Clause
# Reads every file under include/ and src/ and checks its #include lines against the layers of
# docs/design.md. Prints each fault as file:line: what is wrong; exits with 1 when there is one.

BEGIN {
  split("core detail", low)
  for (i in low) rank[low[i]] = 0
  rank["linalg"] = 0.5
  split("charts io loss optim metrics stats", tools)
  for (i in tools) rank[tools[i]] = 1
  split("datasets preprocessing impute linear_model ensemble dummy cluster decomposition " \
        "neural_network svm", models)
  for (i in models) rank[models[i]] = 2
  rank["compose"] = 3
  rank["model_selection"] = rank["inspection"] = 4
  rank["testing"] = 5
  rank["everything"] = 6  # espalier.hpp, and what lists all estimators: src/*.cpp

  for (i = 1; i < ARGC; ++i) exists[ARGV[i]] = 1
}

# The first folder below include/espalier or src; for a header that gathers a module, the module.
function module_of(file, path) {
  path = file
  sub(/^(include\/espalier|src)\//, "", path)
  if (path ~ /\//) return substr(path, 1, index(path, "/") - 1)
  sub(/\.[a-z]+$/, "", path)
  return file ~ /^include/ && path != "espalier" ? path : "everything"
}
function gathers(file) { return file ~ /^include\/espalier\/[a-z_]+\.hpp$/ }
function is_private(file) {
  return file ~ /^src\// || (file ~ /\/detail\// && file !~ /^include\/espalier\/detail\//)
}
function fault(text) {
  printf "%s:%d: %s\n", FILENAME, FNR, text
  faults = 1
}

function check_inside(target, from, to) {
  edge[FILENAME, ++edges[FILENAME]] = target
  ++waits_for[FILENAME]
  from = module_of(FILENAME)
  to = module_of(target)
  if (!(from in rank)) return fault("the folder " from " has no layer; give it one in layers.awk")
  if (!(to in rank)) return fault("the folder " to " has no layer; give it one in layers.awk")
  if (FILENAME ~ /^include\// && target ~ /^src\//)
    fault("a public header includes the private " target)
  if (gathers(target) && !gathers(FILENAME))
    fault("includes all of a module, " target "; include the headers that are needed")
  if (from == to) return
  if (rank[to] > rank[from]) fault(from " stands below " to)
  if (rank[to] == rank[from]) {
    if (is_private(target)) fault(from " includes " target ", a detail of " to)
    if (!((from, to) in beside)) {
      beside[from, to] = FILENAME ":" FNR
      neighbours[from] = neighbours[from] " " to
    }
  }
}

function check_outside(name) {
  if (name == "iostream") return fault("<iostream>: the library does not print; <ostream> takes a stream")
  if (name == "cassert") return fault("<cassert>: the library does not abort; throw an Error")
  if (name == "omp.h" && FILENAME != "src/core/parallel.cpp")
    return fault("<omp.h>: parallel regions are opened by core/parallel.hpp only")
  if (FILENAME ~ /^include\// && name !~ /^[a-z_0-9]+$/ && name !~ /^Eigen\/(Core|SparseCore)$/)
    fault("<" name ">: public headers include the standard library, Eigen/Core and Eigen/SparseCore")
}

/^[ \t]*#[ \t]*include/ {
  name = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
  quoted = name ~ /^"/
  name = substr(name, 2)
  sub(/[">].*$/, "", name)
  folder = FILENAME
  sub(/[^\/]*$/, "", folder)
  if (("include/" name) in exists) check_inside("include/" name)
  else if (("src/" name) in exists) check_inside("src/" name)
  else if (quoted && (folder name) in exists) check_inside(folder name)
  else if (quoted || name ~ /^espalier\//) fault("there is no file " name)
  else check_outside(name)
}

# Takes away, again and again, the files that wait for none: what is left stands in a circle, or
# includes one.
function find_circles(n, i, j, file, again, left) {
  for (file in exists)
    for (i = 1; i <= edges[file]; ++i) users[edge[file, i]] = users[edge[file, i]] " " file
  do {
    again = 0
    for (file in exists) {
      if (file in done || waits_for[file] > 0) continue
      done[file] = again = 1
      n = split(users[file], user)
      for (j = 1; j <= n; ++j) --waits_for[user[j]]
    }
  } while (again)
  for (file in exists)
    if (!(file in done)) left = left "\n  " file
  if (left) { print "includes go in a circle among:" left; faults = 1 }
}

# Two folders of one layer may know each other's public headers, in one direction.
function reaches(from, to, n, i, next_one) {
  if (from in seen) return 0
  seen[from] = 1
  n = split(neighbours[from], next_one)
  for (i = 1; i <= n; ++i)
    if (next_one[i] == to || reaches(next_one[i], to)) return 1
  return 0
}

END {
  find_circles()
  for (pair in beside) {
    split(pair, ends, SUBSEP)
    split("", seen)
    if (reaches(ends[2], ends[1])) {
      printf "%s: %s includes %s, which includes %s again\n", beside[pair], ends[1], ends[2], ends[1]
      faults = 1
    }
  }
  exit faults
}
