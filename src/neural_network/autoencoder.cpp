// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/autoencoder.hpp>

#include <fmt/format.h>

#include <utility>

#include <espalier/core/errors.hpp>

#include "neural_network/mlp_fit.hpp"
#include "neural_network/mlp_network.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = Autoencoder::type_name;

mlp::Options options_of(const AutoencoderParams& params) {
  mlp::Options options;
  mlp::copy_fields(params, options, detail::mlp_training_fields<AutoencoderParams>(),
                   detail::mlp_training_fields<mlp::Options>());
  std::vector<int>& sizes = options.hidden_layer_sizes;
  sizes = params.hidden_layer_sizes;
  sizes.push_back(params.n_components);
  if (params.decoder_layer_sizes)
    sizes.insert(sizes.end(), params.decoder_layer_sizes->begin(),
                 params.decoder_layer_sizes->end());
  else
    sizes.insert(sizes.end(), params.hidden_layer_sizes.rbegin(), params.hidden_layer_sizes.rend());
  return options;
}

/// A training of X on itself.
AutoencoderState learn(const AutoencoderParams& params, const Features& X,
                       const FitContext& context, const AutoencoderState* previous, bool is_piece) {
  const Matrix y = X.to_matrix();
  const mlp::Problem problem{.owner = name,
                             .X = X,
                             .y = y,
                             .outputs = X.cols(),
                             .out_activation = MLPOutput::identity,
                             .context = context,
                             .linear_layer = static_cast<Index>(params.hidden_layer_sizes.size())};
  const auto& train = is_piece ? mlp::fit_piece : mlp::fit;
  mlp::Trained trained = train(problem, options_of(params), mlp::previous_of(previous));
  return {std::move(trained.network), std::move(trained.training), trained.n_iter};
}

MLPNetwork encoder_of(const MLPNetwork& network) {
  return mlp::part_of(network, 0, network.linear_layer + 1);
}
MLPNetwork decoder_of(const MLPNetwork& network) {
  return mlp::part_of(network, network.linear_layer + 1, static_cast<Index>(network.coefs.size()));
}

/// As do_transform.
class EncodeStep : public RowStep {
 public:
  EncodeStep(mlp::NetworkRow encoder, Index first) : encoder_(std::move(encoder)), first_(first) {}
  RowStatus run(double* registers) const noexcept override {
    return encoder_.raw(registers, registers + first_);
  }

 private:
  mlp::NetworkRow encoder_;
  Index first_;
};

}  // namespace

void AutoencoderState::check(const Schema& schema) const {
  network.check(schema, name);
  training.check(name);
  if (network.linear_layer < 0 || network.outputs() != schema.n_features ||
      network.out_activation != MLPOutput::identity || !network.embeddings.empty())
    throw FormatError(fmt::format("{}: there is no code, or X is not restored from it", name));
}

void Autoencoder::do_validate() const { mlp::check_options(name, options_of(params())); }

bool Autoencoder::has_partial_fit() const {
  return params().solver != MLPSolver::lbfgs && !params().early_stopping;
}

AutoencoderState Autoencoder::do_fit(const Features& X, const FitContext& context,
                                     const State* previous) const {
  return learn(params(), X, context, previous, false);
}

AutoencoderState Autoencoder::do_partial_fit(const Features& X, const FitContext& context,
                                             const State* previous) const {
  return learn(params(), X, context, previous, true);
}

Features Autoencoder::do_transform(const State& state, const Features& X) const {
  return Features(mlp::predict_raw(encoder_of(state.network), X));
}

Features Autoencoder::do_inverse_transform(const State& state, const Features& code) const {
  return Features(mlp::predict_raw(decoder_of(state.network), code));
}

Vector Autoencoder::reconstruction_error(const Features& X) const {
  const Features checked = check_input(X);
  const Matrix restored = mlp::predict_raw(state().network, checked);
  return (checked.to_matrix() - restored).rowwise().squaredNorm() /
         static_cast<double>(restored.cols());
}

Vector Autoencoder::score_samples(const Features& X) const { return -reconstruction_error(X); }

std::vector<std::string> Autoencoder::do_feature_names_out(const State& state,
                                                           const Schema& /*schema*/) const {
  std::vector<std::string> names;
  const Index n = state.network.coefs[static_cast<std::size_t>(state.network.linear_layer)].cols();
  for (Index k = 0; k < n; ++k) names.push_back(fmt::format("autoencoder{}", k));
  return names;
}

void Autoencoder::do_compile(const State& state, RowBuilder& builder) const {
  mlp::NetworkRow encoder(builder, encoder_of(state.network), name, false);
  const Index first = builder.reserve(encoder.outputs());
  builder.add(EncodeStep(std::move(encoder), first));
  std::vector<RowColumn> columns;
  for (const std::string& column : get_feature_names_out())
    columns.push_back({column, first + static_cast<Index>(columns.size())});
  builder.set_columns(std::move(columns));
}

template class Implements<Autoencoder, Transformer, AutoencoderParams, AutoencoderState>;

}  // namespace espalier
