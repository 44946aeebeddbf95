// SPDX-License-Identifier: BSD-3-Clause
// Handwritten digits of 8 × 8 pixels: trains a network, prints held-out accuracy and confusion
// matrix, and draws the mistakes as digits_mistakes.svg.
#include <fstream>
#include <iomanip>
#include <iostream>

#include <espalier/espalier.hpp>

using namespace espalier;

namespace {

/// The images that were taken for others, each with its digit and what it was taken for.
void draw_mistakes(const Matrix& images, const Labels& digits, const Labels& predicted,
                   const std::string& path) {
  std::vector<Index> wrong;
  for (Index i = 0; i < digits.size(); ++i)
    if (digits[i] != predicted[i]) wrong.push_back(i);
  constexpr int pixel = 10, cell_width = 100, cell_height = 120, columns = 6;
  const auto rows = static_cast<int>(wrong.size() + columns - 1) / columns;
  std::ofstream svg(path);
  svg << "<svg xmlns='http://www.w3.org/2000/svg' width='" << columns * cell_width + 20
      << "' height='" << rows * cell_height + 20
      << "' font-family='sans-serif' font-size='14'>\n<rect width='100%' height='100%' "
         "fill='white'/>\n";
  for (std::size_t n = 0; n < wrong.size(); ++n) {
    const Index i = wrong[n];
    const int left = 20 + static_cast<int>(n) % columns * cell_width;
    const int top = 20 + static_cast<int>(n) / columns * cell_height;
    svg << "<text x='" << left << "' y='" << top + 98 << "'>" << digits[i]
        << " <tspan fill='#b00020'>→ " << predicted[i] << "</tspan></text>\n";
    for (int p = 0; p < 64; ++p) {
      const int grey = 255 - static_cast<int>(images(i, p) / 16.0 * 255.0);
      svg << "<rect x='" << left + p % 8 * pixel << "' y='" << top + p / 8 * pixel << "' width='"
          << pixel << "' height='" << pixel << "' fill='rgb(" << grey << ',' << grey << ',' << grey
          << ")'/>\n";
    }
    svg << "<rect x='" << left << "' y='" << top << "' width='80' height='80' fill='none' "
        << "stroke='#888'/>\n";
  }
  svg << "</svg>\n";
}

}  // namespace

int main() {
  auto [table, digit] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/digits.csv", "digit");
  const Matrix X = Features(table).to_matrix();
  const Labels y = Target(digit).labels();
  auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.random_state = 0, .stratify = true});

  auto model = StandardScaler() | MLPClassifier({.hidden_layer_sizes = {64},
                                                 .alpha = 0.1,
                                                 .batch_size = 32,
                                                 .learning_rate = MLPLearningRate::cosine,
                                                 .learning_rate_init = 0.003,
                                                 .max_iter = 40,
                                                 .random_state = 0,
                                                 .precision = MLPPrecision::float32});
  model.fit(X_train, y_train);
  const Labels predicted = model.predict(X_test);
  std::cout << "accuracy on " << y_test.size()
            << " held-out images: " << accuracy_score(y_test, predicted)
            << "\n\nconfusion (rows: the digit)\n";
  const auto confusion = confusion_matrix(y_test, predicted);
  for (Index i = 0; i < confusion.rows(); ++i) {
    std::cout << i << " |";
    for (Index j = 0; j < confusion.cols(); ++j) std::cout << std::setw(4) << confusion(i, j);
    std::cout << '\n';
  }
  draw_mistakes(X_test, y_test, predicted, "digits_mistakes.svg");
  std::cout << "\nthe mistakes are drawn in digits_mistakes.svg\n";
}
