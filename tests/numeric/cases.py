"""MDPs with logits, drawn together."""

import numpy as np
from hypothesis import strategies as st

from numeric.mdp import FiniteMDP
from numeric.policies import softmax_probabilities
from numeric.strategies import logits, mdps, policies, rich_logits, rich_mdps


@st.composite
def any_case(draw, **limits):
    """(mdp, θ): any small MDP and logits of fractions."""
    mdp = draw(mdps(**limits))
    return mdp, draw(logits(mdp.n_states, mdp.n_actions))


@st.composite
def rich_case(draw, **limits):
    """(mdp, θ): γ < 1, unequal lengths, values that differ, a policy uniform in no state."""
    mdp = draw(rich_mdps(**limits))
    return mdp, draw(rich_logits(mdp.n_states, mdp.n_actions))


@st.composite
def off_policy_case(draw):
    """(mdp, θ, μ): a rich case and a behaviour policy that differs from π_θ in the first state."""
    mdp, theta = draw(rich_case())
    behaviour = draw(
        policies(mdp.n_states, mdp.n_actions).filter(
            lambda mu: np.abs(mu - softmax_probabilities(theta))[0].max() > 0.05
        )
    )
    return mdp, theta, behaviour


def walled(seed: int) -> tuple[FiniteMDP, np.ndarray]:
    """A fixed case for sampling tests: four states, the last one terminal, γ = 3/4, T = 3, from one seed."""
    rng = np.random.default_rng(seed)
    transition = rng.dirichlet(np.ones(4), (4, 2))
    reward = rng.integers(-2, 3, (4, 2, 4)).astype(float)
    terminal = np.array([False, False, False, True])
    mdp = FiniteMDP(np.array([0.5, 0.25, 0.25, 0]), transition, reward, 0.75, 3, terminal)
    return mdp, rng.normal(size=(4, 2))
