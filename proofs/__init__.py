"""One derivation a file, named by its conclusion; and where the results of the five source texts are among them.

PLACES[text][section] has (equation, derivation) in the order of the text. The equation is in the letters of the text,
what is proved is in ours; where the two differ, the equation says how.
"""

GROUND_UP = "Reinforcement Learning from Scratch"
REINFORCE = "Policy Gradients: REINFORCE from Scratch"
CONSEQUENCES = "Reinforcement Learning from Scratch: Teaching Machines to Learn from Consequences"
LESSON = "Lesson: Policy gradients (REINFORCE)"
WEEKEND = "Policy gradient from scratch"

Places = dict[str, dict[str, list[tuple[str, str]]]]
PLACES: Places = {
    GROUND_UP: {
        "Expected Reward": [
            ("J(θ) = σ(θ)", "bandit_objective_eq_sigmoid"),
        ],
        "Computing the Gradient": [
            ("σ'(θ) = σ(θ) (1 − σ(θ))", "sigmoid_gradient"),
            ("dJ/dθ = σ(θ) (1 − σ(θ)), always positive", "bandit_mean"),
            ("θ moves by at most α/4 in an update", "sigmoid_gradient_le_quarter"),
        ],
        "Deriving the Policy Gradient (Log Trick)": [
            ("∇π_θ(a) = π_θ(a) ∇ log π_θ(a)", "grad_eq_mul_grad_log"),
            ("∇J = E[r(a) ∇ log π_θ(a)], in a box", "single_step_policy_gradient"),
        ],
        "Probability of a Trajectory": [
            ("P_θ(τ) = ∏_t π_θ(a_t|s_t), in a world that is certain", "trajectory_probability"),
            ("the four trajectories p², p(1 − p), (1 − p) p, (1 − p)²", "number_line_trajectories"),
        ],
        "The Objective": [
            ("J = p² on the number line", "numberline_objective_eq_sq"),
        ],
        "Numerical verification": [
            ("J = 0.25 at p = 0.5", "numberline_objective_eq_sq"),
            ("the gradient on the number line, left to the reader", "numberline_gradient_eq_two_sq_mul"),
        ],
        "Deriving the Multi-Step Policy Gradient": [
            ("step 2, ∇P = P ∇ log P for trajectories", "trajectory_gradient"),
            ("step 4, ∇ log P_θ(τ) = Σ_t ∇ log π_θ(a_t|s_t)", "log_trick_expansion"),
            ("step 5, ∇J = E[R(τ) Σ_t ∇ log π_θ(a_t|s_t)]", "multi_step_policy_gradient"),
        ],
        "From total reward to per-time-step credit": [
            ("the product of two sums is a double sum", "sum_mul_sum_eq_double_sum"),
            ("past and future rewards, k < t and k ≥ t", "double_sum_split_past_future"),
        ],
        "The score function identity": [
            ("E[∇ log π_θ(a)] = 0", "score_function_identity"),
        ],
        "Applying the identity": [
            ("past rewards have mean zero against the score", "past_reward_cancellation"),
            ("whatever is known at h_t has mean zero against the score", "history_function_mul_score_eq_zero"),
        ],
        "The refined policy gradient theorem": [
            ("∇J = E[Σ_t R_t ∇ log π_θ(a_t|s_t)], in a box, for γ = 1", "reward_to_go_policy_gradient"),
            (
                "“lower variance”, which holds not always: what the difference is",
                "total_return_variance_eq_rtg_add_past",
            ),
        ],
        "Unbiasedness": [
            ("the mean over N trajectories is unbiased", "monte_carlo_mean_unbiased"),
        ],
    },
    REINFORCE: {
        "From Rewards to Total Return": [
            ("G_t = r_t + γ r_{t+1} + γ² r_{t+2} + …", "return_recursion"),
        ],
        "Trajectory Probability": [
            ("P(τ|θ) = P(s_0) ∏_t π_θ(a_t|s_t) P(s_{t+1}|s_t, a_t)", "trajectory_probability"),
            ("these probabilities sum to one", "trajectory_probabilities_sum_to_one"),
        ],
        "The Log Derivative Trick": [
            ("∇P(τ|θ) = P(τ|θ) ∇ log P(τ|θ)", "trajectory_gradient"),
            ("for any probability distribution", "grad_eq_mul_grad_log"),
        ],
        "Computing ∇ log P(τ|θ)": [
            ("∇ log P(τ|θ) = Σ_t ∇ log π_θ(a_t|s_t)", "log_trick_expansion"),
        ],
        "The Policy Gradient Theorem": [
            ("∇J = E[(Σ_t ∇ log π_θ(a_t|s_t)) G_0]", "multi_step_policy_gradient"),
            ("∇J = E[Σ_t ∇ log π_θ(a_t|s_t) G_t], which is true with γ^t", "reward_to_go_policy_gradient"),
        ],
        "Monte Carlo Estimation of the Gradient": [
            ("the mean over N trajectories", "monte_carlo_mean_unbiased"),
        ],
        "Calculating the Returns G_t": [
            ("R = r + γ R, backwards", "return_recursion"),
            ("returns minus their mean, over their deviation", "centred_returns_sum_eq_zero"),
        ],
    },
    CONSEQUENCES: {
        "Markov Decision Processes": [
            ("G_t = r_t + γ r_{t+1} + γ² r_{t+2} + …", "return_recursion"),
        ],
        "Value Functions and the Bellman Equation": [
            ("V(s) = E[r_t + γ V(s_{t+1}) | s_t = s], in T steps", "bellman_expectation_finite"),
            ("the Bellman equation has one solution", "bellman_expectation_unique_solution"),
            ("V*(s) = max_a [R(s, a) + γ Σ P(s'|s, a) V*(s')] is the best value", "bellman_optimality_eq_max_policy"),
            ("repeating the update converges: it contracts", "bellman_optimality_operator_contraction_sup"),
            ("how far off value iteration is when it stops", "value_iteration_error_le"),
            ("the policy of the best actions is better", "greedy_improvement_value_ge"),
            ("and where it is that of V*, it attains V*", "greedy_policy_attains_optimal_value"),
        ],
        "Q-Learning": [
            ("the update stands still, in the mean, at Q* alone", "q_learning_expected_update_zero_iff_optimal"),
        ],
        "The Exploration-Exploitation Dilemma": [
            ("the chance of the greedy action under ε-greedy", "epsilon_greedy_prob_eq"),
            ("softmax shifted by its largest value", "softmax_shift_invariant"),
            ("the largest of noisy estimates is too large", "max_of_unbiased_overestimates"),
            ("what UCB takes from Hoeffding: how far off a mean may be", "hoeffding_ramp_le_exp"),
        ],
        "Policy Gradients": [
            ("∇J = E[∇ log π_θ(a_t|s_t) G_t], which is true with γ^t", "reward_to_go_policy_gradient"),
            ("∇ log π of a softmax is one-hot minus probabilities", "softmax_score_eq_onehot_sub_prob"),
            ("the derivative of a softmax", "softmax_jacobian_eq_diag_sub_outer"),
        ],
        "Baselines and Advantage": [
            ("G_t − b keeps the mean of the gradient", "state_baseline_unbiased"),
            ("V(s) is “the best baseline”, which another one is", "optimal_constant_baseline_eq"),
            ("A_t = G_t − V(s_t) has mean zero", "advantage_mean_eq_zero"),
            ("the gradient by advantages", "advantage_policy_gradient"),
            ("a critic in place of V", "td_actor_critic_gradient"),
            ("the critic's step follows the mean square error", "critic_mse_grad_eq"),
        ],
        "From Policy Gradients to PPO": [
            ("the ratio r_t at 1 gives the policy gradient", "ppo_surrogate_grad_at_one_eq_pg"),
            ("L^CLIP = min(r_t A_t, clip(r_t, 1 − ε, 1 + ε) A_t) is at most r_t A_t", "ppo_clip_le_unclipped"),
            ("clipping leaves the gradient A, or none", "ppo_clip_grad_zero_iff"),
            ("L^CLIP is A_t min(r_t, 1 + ε), or A_t max(r_t, 1 − ε) where A_t < 0", "ppo_clip_eq_by_sign"),
            ("and it has the policy gradient at ratio one", "ppo_clip_surrogate_grad_at_one_eq_pg"),
            ("the KL penalty as a reward", "rlhf_gradient_eq_shaped_reward_score"),
        ],
    },
    LESSON: {
        "Policy gradients (REINFORCE)": [
            ("∇ ∫ f p = E[f ∇ log p]", "grad_expectation_eq_expectation_mul_score"),
            ("p(τ; θ) = ρ(s_0) ∏_t π_θ(a_t|s_t) P(s_{t+1}|s_t, a_t)", "trajectory_probability"),
            ("∇ log p(τ; θ) = Σ_t ∇ log π_θ(a_t|s_t)", "log_trick_expansion"),
            ("∇J = E[R(τ) Σ_t ∇ log π_θ(a_t|s_t)]", "multi_step_policy_gradient"),
            ("g is unbiased", "monte_carlo_mean_unbiased"),
        ],
        "Two refinements: rewards-to-go and the baseline": [
            ("Σ_t G_t ∇ log π_θ(a_t|s_t), which is right with γ^t", "reward_to_go_policy_gradient"),
            ("rewards before t have no gradient", "past_reward_cancellation"),
            ("“cuts variance”, which holds not always", "total_return_variance_eq_rtg_add_past"),
            ("Σ_t (G_t − b(s_t)) ∇ log π_θ(a_t|s_t), right with γ^t", "state_baseline_unbiased"),
            ("E[b ∇ log π] = 0", "state_baseline_term_vanishes"),
            ("Σ_t A(s_t, a_t) ∇ log π_θ(a_t|s_t), right with γ^t", "advantage_policy_gradient"),
            ("∇ log σ(θ) = 1 − σ(θ), and −σ(θ) for the other action", "bandit_log_gradients"),
            ("steps 1 and 2 by hand, 0.6225 and 0.7064", "hand_update_values"),
        ],
        "Dual-path check: analytic expectation versus the sample": [
            ("E[g] = σ(θ) (1 − σ(θ))", "bandit_mean"),
            ("Var(g) = 0.0625 at θ = 0", "bandit_variance_at_zero"),
            ("a standard deviation of 0.25", "bandit_deviation_at_zero"),
            ("the same for every θ", "bandit_variance"),
            ("1/√N for the mean of N samples", "monte_carlo_mean_variance_eq_div"),
        ],
    },
    WEEKEND: {
        "Optimization": [
            ("P(τ|θ) = p(s_0) ∏_t π_θ(a_t|s_t) P(s_{t+1}|s_t, a_t)", "trajectory_probability"),
        ],
        "The Log-Derivative Trick": [
            ("∇f / f = ∇ log f", "grad_eq_mul_grad_log"),
            ("∇P(τ|θ) = P(τ|θ) ∇ log P(τ|θ)", "trajectory_gradient"),
            ("∇J = Σ_τ R(τ) P(τ|θ) ∇ log P(τ|θ)", "multi_step_policy_gradient"),
            ("what the logarithm does to a product", "log_trick_expansion"),
        ],
        "Implementation: Naive forward pass (no backprop)": [
            ("softmax without a shift", "softmax_shift_invariant"),
        ],
    },
}
