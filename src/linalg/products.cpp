// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/products.hpp"

#include "linalg/blocked_product.hpp"

namespace espalier::linalg {
namespace {

template <class T>
Operand<T> operand(const T* data, Index stride, bool along_k) {
  return {data, stride, along_k};
}

template <class T, class Out>
void multiply_any(Index k, const Operand<T>& left, const Operand<T>& right, Out& C, T alpha,
                  T beta) {
  multiply(
      Product<T, T>{C.rows(), C.cols(), k, left, right, alpha, beta, C.data(), C.outerStride()});
}

void mirror(Matrix& lower) { lower.triangularView<Eigen::StrictlyUpper>() = lower.transpose(); }

/// The scalar of X for numbers that are subtracted from it or that multiply it.
template <class T>
using VectorOf = Eigen::Matrix<T, Eigen::Dynamic, 1>;

template <class T, class X>
Matrix gram_any(const X& x, const Vector& centre, const Vector& weights) {
  const VectorOf<T> c = centre.cast<T>(), w = weights.cast<T>();
  Operand<T> left{x.data(), x.outerStride(), true};
  if (c.size() > 0) left.centre = c.data();
  Operand<T> right = left;
  if (w.size() > 0) right.weight = w.data();
  Matrix result(x.cols(), x.cols());
  multiply(Product<T, double>{x.cols(), x.cols(), x.rows(), left, right, 1.0, 0.0, result.data(),
                              x.cols(), true});
  mirror(result);
  return result;
}

template <class T, class X>
Matrix gram_of_rows_any(const X& x, const Vector& centre) {
  const VectorOf<T> c = centre.cast<T>();
  Operand<T> operand{x.data(), x.outerStride(), false};
  if (c.size() > 0) operand.centre = c.data();
  Matrix result(x.rows(), x.rows());
  multiply(Product<T, double>{x.rows(), x.rows(), x.cols(), operand, operand, 1.0, 0.0,
                              result.data(), x.rows(), true});
  mirror(result);
  return result;
}

}  // namespace

void multiply(const MatrixArg& A, const MatrixArg& B, MatrixOut C, double alpha, double beta) {
  multiply_any(A.cols(), operand(A.data(), A.outerStride(), false),
               operand(B.data(), B.outerStride(), true), C, alpha, beta);
}

void multiply(const MatrixArg32& A, const MatrixArg32& B, MatrixOut32 C, float alpha, float beta) {
  multiply_any(A.cols(), operand(A.data(), A.outerStride(), false),
               operand(B.data(), B.outerStride(), true), C, alpha, beta);
}

void multiply_transposed(const MatrixArg& A, const MatrixArg& B, MatrixOut C, double alpha,
                         double beta) {
  multiply_any(A.rows(), operand(A.data(), A.outerStride(), true),
               operand(B.data(), B.outerStride(), true), C, alpha, beta);
}

void multiply_transposed(const MatrixArg32& A, const MatrixArg32& B, MatrixOut32 C, float alpha,
                         float beta) {
  multiply_any(A.rows(), operand(A.data(), A.outerStride(), true),
               operand(B.data(), B.outerStride(), true), C, alpha, beta);
}

void multiply_by_transposed(const MatrixArg& A, const MatrixArg& B, MatrixOut C, double alpha,
                            double beta) {
  multiply_any(A.cols(), operand(A.data(), A.outerStride(), false),
               operand(B.data(), B.outerStride(), false), C, alpha, beta);
}

void multiply_by_transposed(const MatrixArg32& A, const MatrixArg32& B, MatrixOut32 C, float alpha,
                            float beta) {
  multiply_any(A.cols(), operand(A.data(), A.outerStride(), false),
               operand(B.data(), B.outerStride(), false), C, alpha, beta);
}

Matrix gram(const MatrixArg& X, const Vector& centre, const Vector& weights) {
  return gram_any<double>(X, centre, weights);
}

Matrix gram(const MatrixArg32& X, const Vector& centre, const Vector& weights) {
  return gram_any<float>(X, centre, weights);
}

Matrix gram_of_rows(const MatrixArg& X, const Vector& centre) {
  return gram_of_rows_any<double>(X, centre);
}

Matrix gram_of_rows(const MatrixArg32& X, const Vector& centre) {
  return gram_of_rows_any<float>(X, centre);
}

}  // namespace espalier::linalg
