// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything of neural_network: layers, losses, optimisers and the training loop.
#pragma once

#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/adagrad.hpp>
#include <espalier/neural_network/adam.hpp>
#include <espalier/neural_network/autoencoder.hpp>
#include <espalier/neural_network/batch.hpp>
#include <espalier/neural_network/cross_entropy.hpp>
#include <espalier/neural_network/data_loader.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/focal.hpp>
#include <espalier/neural_network/gradient_clipping.hpp>
#include <espalier/neural_network/hinge.hpp>
#include <espalier/neural_network/initializer.hpp>
#include <espalier/neural_network/layer.hpp>
#include <espalier/neural_network/loss.hpp>
#include <espalier/neural_network/losses.hpp>
#include <espalier/neural_network/mlp_classifier.hpp>
#include <espalier/neural_network/mlp_params.hpp>
#include <espalier/neural_network/mlp_regressor.hpp>
#include <espalier/neural_network/mlp_state.hpp>
#include <espalier/neural_network/optimizer.hpp>
#include <espalier/neural_network/penalty.hpp>
#include <espalier/neural_network/reduce_on_plateau.hpp>
#include <espalier/neural_network/regression_losses.hpp>
#include <espalier/neural_network/rmsprop.hpp>
#include <espalier/neural_network/schedule.hpp>
#include <espalier/neural_network/sequential.hpp>
#include <espalier/neural_network/sgd.hpp>
#include <espalier/neural_network/trainer.hpp>
