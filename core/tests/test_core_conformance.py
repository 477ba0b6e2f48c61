"""The rewards and executors of the core hold what every reward and executor must hold."""

from vista_core.testing import ExecutorConformance, RewardConformance


class TestVista(RewardConformance):
    reward = "vista"


class TestDense(RewardConformance):
    reward = "vista_dense"


class TestSparse(RewardConformance):
    reward = "vista_sparse"


class TestDifficulty(RewardConformance):
    reward = "vista_difficulty"


class TestThread(ExecutorConformance):
    executor = "thread"
    isolates = False


class TestProcess(ExecutorConformance):
    executor = "process"
