// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>

namespace espalier {

/// Everything the library throws on purpose derives from this. A message names the estimator, the
/// parameter or column, what was expected and what came; the object that threw is left as it was.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A parameter is unknown, of the wrong type or outside its range.
class InvalidParameter : public Error {
 public:
  using Error::Error;
};

/// Data do not fit: wrong width or names, NaN or infinity, nothing to learn from, unseen
/// categories.
class InvalidInput : public Error {
 public:
  using Error::Error;
};

/// A learned attribute or a prediction was asked of an estimator that has not been fitted.
class NotFitted : public Error {
 public:
  using Error::Error;
};

/// The estimator has no such method (`predict_proba` of a classifier without probabilities, say).
class NotSupported : public Error {
 public:
  using Error::Error;
};

/// A file cannot be opened, read or written.
class IoError : public Error {
 public:
  using Error::Error;
};

/// A text or a model file does not follow its format.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// The stop token of a fit was triggered.
class Cancelled : public Error {
 public:
  using Error::Error;
};

}  // namespace espalier
