#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sh train_csv.sh PROGRAM: what examples/train_csv answers to a right and to a wrong command line.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
faults=0

# expect "what it promises" STATUS "words of the answer" argument…
expect() {
  promise=$1 status=$2 words=$3
  shift 3
  answer=$("$program" "$@" 2>&1)
  got=$?
  case $answer in
    *"$words"*) [ "$got" -eq "$status" ] && return ;;
  esac
  faults=$((faults + 1))
  printf '%s: train_csv %s\n  expected %s and "%s", got %s and:\n%s\n' \
    "$promise" "$*" "$status" "$words" "$got" "$answer"
}

{
  echo 'zip,age,town,left'
  for i in 1 2 3 4 5 6 7 8; do
    echo "01234,$((20 + i)),Oslo,1"
    echo "99999,$((30 + i)),Bern,0"
    echo "02345,$((40 + i)),,$((i % 2))"
  done
} >people.csv
trees='train people.csv --target left --categorical left --categorical zip'

expect 'help goes to whoever asks' 0 '--target COLUMN' --help
expect 'help goes to whoever asks' 0 '--target COLUMN' train -h
expect 'no arguments are a wrong use' 2 '--target COLUMN'
expect 'a wrong command is named' 2 "'fit'" fit people.csv
expect 'a wrong option is named' 2 '--colour' train people.csv --target left --colour red

expect 'what the target is taken for is said' 0 "'left': numeric, so regression; use --categorical left" \
  train people.csv --target left
expect 'what the target is taken for is said' 0 "'town': categorical, so its 2 texts are classes" \
  train people.csv --target town
expect 'what the target is taken for is said' 0 'LogisticRegression takes its numbers as classes' \
  train people.csv --target left --estimator LogisticRegression
expect 'a regressor refuses classes' 1 'the target is categorical' \
  train people.csv --target town --estimator Ridge
expect 'a name without its role is completed' 1 'alone; with its role it is Pipeline<Classifier>' \
  train people.csv --target left --estimator Pipeline

for folds in x 5x 1 99999999999999 ''; do
  expect 'folds are checked' 2 "not '$folds'" train people.csv --target left --cv "$folds"
done
for delimiter in ab ''; do
  expect 'the delimiter is checked' 2 "not '$delimiter'" \
    train people.csv --target left --delimiter "$delimiter"
done
expect 'no option is dropped in silence' 2 '--cv' train people.csv --target left --scoring r2
expect 'the folder is checked before the training' 1 'no folder' \
  train no_such_file.csv --target left --save nowhere/model.esp

expect 'a number can be a category' 0 'saved as people.esp' $trees --save people.esp
echo 'town,further,age,zip
Oslo,1,21,01234
,2,31,' >others.csv
expect 'a file is read with the types of the training' 0 'prediction,probability_0' \
  predict people.esp others.csv
echo 'age,zip
21,01234' >fewer.csv
expect 'columns that a file lacks are named' 1 "'town'" predict people.esp fewer.csv
expect 'a table is not taken for a model' 1 'not an espalier model file' \
  predict people.csv people.csv

[ $faults -eq 0 ] && echo 'train_csv keeps its promises'
exit $faults
