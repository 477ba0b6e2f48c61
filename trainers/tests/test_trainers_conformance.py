"""The policies of this package hold what every policy must hold."""

import pytest
from vista_core.testing import PolicyConformance
from vista_trainers.policies.hf import HFPolicy
from vista_trainers.policies.scripted import ScriptedPolicy


class TestScripted(PolicyConformance):
    policy = "scripted"


class TestScriptedWithTokens(PolicyConformance):
    max_new_tokens = 200

    @pytest.fixture
    def policy(self, family):
        return ScriptedPolicy(family=family)


class TestHF(PolicyConformance):
    @pytest.fixture
    def policy(self, model, family):
        return HFPolicy.from_model(model, family, max_batch_size=4)
