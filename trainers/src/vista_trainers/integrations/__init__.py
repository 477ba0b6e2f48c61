"""The tools and environments in other people's trainers: `trl` for TRL, `verl` for verl.

This project's own GRPO does not go through here: it keeps ids as sampled, masks, faults and whole trajectories, for
which neither library's tool interface has a place. These adapters are for those who have a trainer already.
"""
