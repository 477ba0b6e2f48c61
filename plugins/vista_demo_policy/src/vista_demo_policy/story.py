"""What the demo shows, in words for a newcomer."""

STORY = (
    "The policy starts from demonstrations of mixed quality: for value, smallest and sum questions seven in ten "
    "demonstrations answer at once with a guess, for largest and difference two in ten do; the others read the chart "
    "with a tool first. Supervised training copies these habits, the bad ones too; GRPO, which is told only whether an "
    "answer is right and well-formed, finds within a minute or two that looking pays. It learns to choose a strategy "
    "that it already has, not to see something new."
)
