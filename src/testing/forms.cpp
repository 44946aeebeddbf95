// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Fits on one form of X and predicts from the same.
Outputs through(const Subject& s, const Features& X, const OptionalTarget& y) {
  return outputs(*s.fitted(X, y), X);
}

void float_and_integer_matrices_agree(const Subject& s) {
  Problem problem = s.problem();
  const Eigen::MatrixXf single = problem.X.cast<float>();
  const double tolerance = s.tags().float32 ? 1e-3 : 0.0;
  require_same("X as float and the same numbers as double",
               difference(through(s, single, problem.y),
                          through(s, Matrix(single.cast<double>()), problem.y), tolerance));
  const Eigen::MatrixXi whole = problem.X.array().round().matrix().cast<int>();
  require_same("X as int and the same numbers as double",
               difference(through(s, whole, problem.y),
                          through(s, Matrix(whole.cast<double>()), problem.y)));
}

void memory_layouts_agree(const Subject& s) {
  const Problem problem = s.problem();
  const Matrix& X = problem.X;
  const Index n = X.rows(), p = X.cols();
  const Outputs expected = through(s, X, problem.y);
  const auto require_agrees = [&](std::string_view form, const Features& given) {
    // Not to the bit: the order of a vectorised sum may follow the alignment of the data.
    require_same(fmt::format("X as {}", form),
                 difference(expected, through(s, given, problem.y), 1e-12));
  };
  require_agrees("a row-major matrix", RowMajorMatrix(X));
  require_agrees("an owned temporary", Matrix(X));

  Matrix larger = Matrix::Constant(n + 5, p + 2, 1e9);
  larger.block(3, 1, n, p) = X;
  require_agrees("a block of a larger matrix", larger.block(3, 1, n, p));
  require_agrees("a Map", Eigen::Map<const Matrix>(X.data(), n, p));

  using Stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  Matrix spaced = Matrix::Constant(2 * n, p, 1e9);
  Eigen::Map<Matrix, Eigen::Unaligned, Stride> every_second(spaced.data(), n, p, Stride(2 * n, 2));
  every_second = X;
  require_agrees("a Map of every second number", every_second);
  const Matrix transposed = X.transpose();
  require_agrees("a transposed expression", transposed.transpose());
}

void tables_and_matrices_agree(const Subject& s) {
  const Problem problem = s.problem();
  const DataFrame table = table_of(problem.X);
  require_same("X as a table of numbers and as a matrix",
               difference(through(s, table, problem.y), through(s, problem.X, problem.y)));
}

/// Keeps a byte for byte copy of X and y and compares after use.
void input_is_never_modified(const Subject& s) {
  const Problem problem = s.problem();
  const Matrix X_before = problem.X;
  const Matrix y_before = problem.y ? problem.y->values() : Matrix();
  const auto unchanged = [&](std::string_view culprit) {
    require_same(fmt::format("{} changed X", culprit), difference(problem.X, X_before));
    if (problem.y)
      require_same(fmt::format("{} changed y", culprit), difference(problem.y->values(), y_before));
  };
  const auto e = s.fitted(problem);
  unchanged("fit");
  for (const Method& method : methods(*e)) {
    method.call(*e, problem.X);
    unchanged(method.name);
  }
  if (s.role() != RoleKind::transformer) return;
  const Features transformed = as<Transformer>(*e).transform(problem.X).owned();
  const Features kept = transformed.take(std::vector<Index>{0, 1, 2});
  try {
    as<Transformer>(*e).inverse_transform(transformed);
  } catch (const NotSupported&) {
    return;
  }
  unchanged("inverse_transform");
  require_same("inverse_transform changed its input",
               difference(transformed.take(std::vector<Index>{0, 1, 2}), kept));
}

/// The model must not refer to the training data: here they have changed when it predicts.
void training_data_may_change_after_fit(const Subject& s) {
  const Problem problem = s.problem();
  const Outputs expected = outputs(*s.fitted(problem), problem.X);
  Matrix X = problem.X;
  const auto e = s.fitted(X, problem.y);
  X.setConstant(1e30);
  require_same("after the training matrix was overwritten",
               difference(expected, outputs(*e, problem.X)));
}

}  // namespace

Checks form_checks() {
  return {
      {"float_and_integer_matrices_agree",
       "float and int matrices give what double ones give, to single precision where it computes "
       "so",
       fits, float_and_integer_matrices_agree},
      {"memory_layouts_agree", "row-major, block, Map and strided inputs agree", fits,
       memory_layouts_agree},
      {"tables_and_matrices_agree", "a table of numbers gives the same bits as a matrix", fits,
       tables_and_matrices_agree},
      {"input_is_never_modified", "no method writes into X or y", fits, input_is_never_modified},
      {"training_data_may_change_after_fit", "a fitted model does not refer to the training data",
       fits, training_data_may_change_after_fit},
  };
}

}  // namespace espalier::detail::kit
