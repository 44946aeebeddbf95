// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/features.hpp>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/schema.hpp>
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;

const Matrix M = (Matrix(3, 2) << 1, 2, 3, 4, 5, 6).finished();

TEST(Features, BorrowsColumnMajorDoubles) {
  EXPECT_EQ(Features(M).dense().data(), M.data());
  EXPECT_EQ(Features(M.middleRows(1, 2)).dense().data(), M.data() + 1);
  EXPECT_EQ(Features(M.middleRows(1, 2)).dense(), M.middleRows(1, 2));
  const SparseMatrix S = M.sparseView();
  EXPECT_EQ(&Features(S).sparse(), &S);
}

TEST(Features, TakesOverTemporaries) {
  Matrix temporary = M;
  const double* data = temporary.data();
  const Features X(std::move(temporary));
  EXPECT_EQ(X.dense().data(), data);
  EXPECT_EQ(Features(M * 2.0).dense(), Matrix(M * 2.0));
}

Eigen::Matrix<double, 3, 2> fixed_size(double value) {
  return Eigen::Matrix<double, 3, 2>::Constant(value);
}

const Matrix constant(double value) { return Matrix::Constant(3, 2, value); }

/// Whether what `make(0)`, `make(1)`, … give is still there when it is read later.
template <class Make>
bool outlives_its_source(const Make& make) {
  std::vector<Features> all;
  for (int i = 0; i < 5; ++i) all.push_back(make(i));
  for (int i = 0; i < 5; ++i) {
    const Features& X = all[static_cast<std::size_t>(i)];
    if (X.rows() != 3 || X.cols() != 2 || (X.to_matrix().array() != i).any()) return false;
  }
  return true;
}

TEST(Features, OutlivesATemporaryOfEveryType) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  EXPECT_TRUE(outlives_its_source([](int i) -> Features { return fixed_size(i); }));
  EXPECT_TRUE(outlives_its_source([](int i) -> Features { return constant(i); }));
  EXPECT_TRUE(outlives_its_source([](int i) -> Features { return RowMajor(constant(i)); }));
  EXPECT_TRUE(outlives_its_source([](int i) -> Features { return constant(i).cast<float>(); }));
  EXPECT_TRUE(outlives_its_source([](int i) -> Features {  // holds a matrix of its own
    return Eigen::Ref<const Matrix>(Matrix::Constant(3, 2, i));
  }));
  EXPECT_TRUE(outlives_its_source([](int i) -> Features {
    const SparseMatrix S = constant(i).sparseView();
    return i < 0 ? S : SparseMatrix(S);
  }));
  EXPECT_TRUE(outlives_its_source([](int i) -> Features {
    const DataFrame table = DataFrame::from_matrix(constant(i));
    return i < 0 ? table : DataFrame(table);
  }));
}

TEST(Features, BorrowsAReferenceThatLives) {
  const Eigen::Ref<const Matrix> reference = M;
  EXPECT_EQ(Features(reference).dense().data(), M.data());
}

TEST(Features, BecomesAMatrixOfEveryKind) {
  EXPECT_EQ(Features(M).to_matrix(), M);
  EXPECT_EQ(Features(SparseMatrix(M.sparseView())).to_matrix(), M);
  EXPECT_EQ(Features(DataFrame::from_matrix(M)).to_matrix(), M);
}

TEST(Features, KeepsFloatAsItIs) {
  const Matrix32 F = M.cast<float>();
  const Features X(F);
  EXPECT_TRUE(X.is_float32());
  EXPECT_FALSE(X.is_dense());
  EXPECT_EQ(X.dense32().data(), F.data()) << "borrowed";
  EXPECT_EQ(Features(F.topRows(2)).dense32(), F.topRows(2));
  EXPECT_EQ(Features(F.topRows(2)).dense32().data(), F.data()) << "a block is borrowed too";
  EXPECT_EQ(Features(F * 2.0F).dense32(), Matrix32(F * 2.0F));
  EXPECT_EQ(Features(Matrix32(F.transpose())).dense32(), Matrix32(F.transpose()));
  const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = F;
  EXPECT_EQ(Features(by_rows).dense32(), F);
  EXPECT_EQ(X.to_matrix(), F.cast<double>());
  EXPECT_EQ(X.to_dense().dense(), F.cast<double>());
  EXPECT_EQ(X.to_table().to_matrix(), F.cast<double>());
  const Features owned = X.owned();
  EXPECT_EQ(owned.dense32(), F);
  EXPECT_NE(owned.dense32().data(), F.data());
}

TEST(Features, TakesAndStacksFloat) {
  const Matrix32 F = M.cast<float>();
  const Features X = Features(F).with_names({"a", "b"});
  EXPECT_EQ(X.take(std::vector<Index>{2, 0}).dense32(), F({2, 0}, Eigen::all));
  const Features second = X.select_columns(std::vector<Index>{1});
  EXPECT_EQ(second.dense32(), F.col(1));
  EXPECT_EQ(second.names(), std::vector<std::string>{"b"});
  EXPECT_EQ(Features::hstack({Features(F), Features(F)}).dense32(), F.replicate(1, 2));
  EXPECT_EQ(Features::hstack({Features(F), Features(M)}).to_matrix().rightCols(2), M)
      << "double where one is";
}

TEST(Features, OwnedOutlivesItsSource) {
  Features X = [] {
    const Matrix local = M;
    return Features(local).owned();
  }();
  EXPECT_EQ(X.dense(), M);
}

TEST(Features, AsksForWhatItIsNot) {
  EXPECT_TRUE(
      throws<InvalidInput>([] { Features(M).sparse(); }, {"a dense matrix", "a sparse matrix"}));
  EXPECT_TRUE(throws<InvalidInput>([] { Features(M).table(); }, {"table"}));
  EXPECT_TRUE(throws<InvalidInput>([] { Features(M).dense32(); }, {"a dense matrix of float"}));
  EXPECT_TRUE(throws<InvalidInput>([] { Features(M.cast<float>()).dense(); }, {"float"}));
  EXPECT_TRUE(throws<InvalidInput>([] { Features(M).column(2); }, {"no column 2"}));
}

TEST(Features, TakesRowsOfEveryKind) {
  const std::vector<Index> rows{2, 0, 2};
  const Matrix expected = M(rows, Eigen::all);
  EXPECT_EQ(Features(M).take(rows).dense(), expected);
  EXPECT_EQ(Features(SparseMatrix(M.sparseView())).take(rows).to_matrix(), expected);
  EXPECT_EQ(Features(DataFrame::from_matrix(M)).take(rows).to_matrix(), expected);
  const std::vector<Index> outside{3};
  EXPECT_TRUE(throws<InvalidInput>([&] { Features(M).take(outside); }, {"no row 3"}));
}

TEST(Features, SelectsColumnsOfEveryKindAndKeepsNames) {
  const std::vector<Index> columns{1, 0, 1};
  const Matrix expected = M(Eigen::all, columns);
  EXPECT_EQ(Features(M).select_columns(columns).dense(), expected);
  EXPECT_EQ(Features(SparseMatrix(M.sparseView())).select_columns(columns).to_matrix(), expected);
  const Features named = Features(M).with_names(std::vector<std::string>{"a", "b"});
  const std::vector<Index> swapped{1, 0};
  EXPECT_EQ(named.select_columns(swapped).names(), (std::vector<std::string>{"b", "a"}));
}

TEST(Features, StacksSideBySide) {
  const SparseMatrix S = M.sparseView();
  const Matrix both = (Matrix(3, 4) << M, M).finished();
  EXPECT_EQ(Features::hstack({M, S}).dense(), both);
  EXPECT_EQ(Matrix(Features::hstack({M, S}, true).sparse()), both);
  const DataFrame words{Column::categorical("w", {"p", "q", "p"})};
  const Features mixed =
      Features::hstack({Features(M).with_names(std::vector<std::string>{"a", "b"}), words});
  EXPECT_TRUE(mixed.is_table());
  EXPECT_EQ(mixed.names(), (std::vector<std::string>{"a", "b", "w"}));
  EXPECT_THROW(Features::hstack({M, M.topRows(2)}), InvalidInput);
}

TEST(Schema, RefusesADamagedOne) {
  const auto check = [](const Schema& schema) { schema.check(); };
  EXPECT_NO_THROW(check({2, {"a", "b"}, {}, {}}));
  EXPECT_TRUE(throws<FormatError>([&] { check({2, {"a"}, {}, {}}); }, {"do not fit"}));
  EXPECT_TRUE(throws<FormatError>([&] { check({2, {"a", "a"}, {}, {}}); }, {"a name twice"}));
  EXPECT_TRUE(throws<FormatError>(
      [&] {
        check({1, {}, {ColumnType::categorical}, {{"x", "x"}}});
      },
      {"a category twice"}));
}

TEST(Schema, ColumnWithoutValuesTakesTheExpectedType) {
  const DataFrame train{Column::numeric("a", {1, 2}), Column::categorical("b", {"x", "y"})};
  const Schema schema = Schema::of(train);
  const double nan = std::nan("");
  const DataFrame empty{Column::numeric("a", {1}), Column::numeric("b", {nan})};
  EXPECT_TRUE(schema.conform(empty, "Model").table()["b"].is_categorical());
  const DataFrame wrong{Column::numeric("a", {1}), Column::numeric("b", {7})};
  EXPECT_TRUE(throws<InvalidInput>([&] { schema.conform(wrong, "Model"); },
                                   {"Model", "'b'", "categorical at fit", "numeric now"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { schema.conform(M, "Model"); }, {"'b'", "DataFrame"}));
}

}  // namespace
}  // namespace espalier
