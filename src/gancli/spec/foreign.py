"""What other frameworks call the keys of a configuration, and what gancli does."""

from collections.abc import Iterable

_NAMES = {
    "`eta`, at the top for all or in a network's `optimizer`": "lr learning_rate step_size g_lr d_lr lr_g lr_d",
    "`training.passes`": "epochs epoch num_epochs n_epochs max_epochs nb_epoch",
    "`training.batch`": "batch_size batchsize bs minibatch_size mini_batch_size",
    "`training.games`": "iterations iters n_iter n_iters num_iter num_iterations max_iter max_iters steps n_steps "
    "num_steps max_steps total_steps train_steps",
    "the first number of `generator.shape`, or `generator.inputs`": "latent_dim latent_size z_dim z_size nz noise_dim "
    "noise_size input_dim",
    "`shape`, which lists all widths from the inputs to the outputs, as [784, 300, 1]": "hidden hidden_dim hidden_dims "
    "hidden_size hidden_sizes hidden_units hidden_layers hidden_layer_sizes layer_sizes layers_sizes dims sizes units "
    "neurons",
    "`training.ratios.critic`, and of a GAN `training.ratios.real` and `training.ratios.fake`": "n_critic critic_iters "
    "critic_steps critic_iterations n_dis n_disc d_steps disc_steps disc_iters",
    "`critic.clip.bound`": "clip_value clip_weights clipping weight_clip weight_clipping clip_bound",
    "`training.gradient_penalty.lambda`": "lambda_gp gp gp_lambda gp_weight gp_coef gradient_penalty_weight",
    "`training.r1.gamma`": "r1_gamma lambda_r1 r1_weight",
    "`generator.ema`": "ema_decay ema_beta ema_rate use_ema moving_average",
    "`beta1` and `beta2` of an `optimizer`": "betas beta_1 beta_2 b1 b2",
    "`gamma` of an `optimizer`": "rho decay_rate",
    "`epsilon` of an `optimizer`": "eps",
    "`weight_decay` of an `optimizer`": "l2 l2_reg wd",
    "`grad_clip` of an `optimizer`": "max_grad_norm clip_grad_norm gradient_clipping grad_norm clipnorm",
    "`schedule` of an `optimizer`": "scheduler lr_schedule lr_scheduler lr_decay lr_policy",
    "`optimizer` of a network": "optim opt optimiser g_optimizer d_optimizer",
    "`data.set`": "dataset data_set dataset_name",
    "`data.path`": "data_dir data_path data_root dataroot root",
    "`data.size`": "image_size img_size resolution",
    "`training.loss`": "loss loss_fn loss_function criterion gan_mode gan_loss adversarial_loss",
    "`activation`": "act activation_fn hidden_activation nonlinearity",
    "`output`": "out_activation output_activation final_activation last_activation",
    "`init`": "initializer initialization kernel_initializer weight_init init_type",
    "`bias`": "use_bias biases",
    "`dropout`": "dropout_rate drop_rate",
    "`batch_norm`": "batchnorm bn use_bn batch_normalization",
    "`layer_norm`": "layernorm layer_normalization",
    "`spectral_norm`": "spectralnorm sn use_sn spectral_normalization",
    "`conv`": "filters out_channels",
    "`kernel`": "kernel_size ksize",
    "`stride`": "strides",
    "`training.labels.real`": "label_smoothing smoothing",
    "`weights` of a network, the folder of a run": "init_from pretrained checkpoint_path load_from resume_from "
    "warm_start pretrained_weights",
    "`generator`": "g gen netg generator_net",
    "`discriminator`, or `critic` of a WGAN": "d disc netd discriminator_net",
    "`kind`": "model model_type gan_type algorithm algo",
    "`seed`": "random_seed random_state manual_seed",
    "`dtype`": "precision",
    "`test.every`": "log_every log_interval eval_every eval_interval",
    "`pictures.every`": "sample_every sample_interval plot_every",
    "`checkpoint.every`": "save_every save_interval checkpoint_every",
}
"""Words that other frameworks have, by what gancli calls the same thing; keys of gancli stand in backquotes."""
CALLED = {name: words for words, names in _NAMES.items() for name in names.split()}
_LATENT = "the first number of `generator.shape`, or `generator.inputs`"
WITHIN = {
    "latent": dict.fromkeys(("dim", "size", "units", "shape", "dimension"), _LATENT),
    "optimizer": {"alpha": "`gamma`, of rmsprop"},
}
"""The same of words that mean something else elsewhere, by the section that they stand in."""
VALUES = {"normal": "gaussian", "lrelu": "leaky_relu", "leakyrelu": "leaky_relu"}
"""What gancli calls a choice of other frameworks."""


def translation(*path: str) -> str:
    """`; gancli calls it …` for a key that is another framework's, else nothing."""
    key = path[-1].lower().replace("-", "_")
    section = path[-2] if len(path) > 1 else ""
    words = WITHIN.get(section, {}).get(key) or CALLED.get(key)
    return f"; gancli calls it {words}" if words else ""


def choice(value: object, allowed: Iterable[str]) -> str:
    """`; gancli calls it …` for a value that is another framework's word for one that is allowed, else nothing."""
    meant = VALUES.get(str(value).lower())
    return f"; gancli calls it {meant!r}" if meant in set(allowed) else ""
