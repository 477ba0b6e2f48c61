"""VQA soft accuracy: VizWiz, and the direct answers of A-OKVQA."""

import re
from collections.abc import Sequence
from typing import Literal

from vista_core.scoring.verdict import Score

# The table of the official normaliser, oddities included; keys with capitals are left out, since they never match.
_CONTRACTIONS = dict(
    pair.split(":")
    for pair in (
        "aint:ain't arent:aren't cant:can't couldve:could've couldnt:couldn't couldn'tve:couldn't've "
        "couldnt've:couldn't've didnt:didn't doesnt:doesn't dont:don't hadnt:hadn't hadnt've:hadn't've "
        "hadn'tve:hadn't've hasnt:hasn't havent:haven't hed:he'd hed've:he'd've he'dve:he'd've hes:he's "
        "howd:how'd howll:how'll hows:how's isnt:isn't itd:it'd itd've:it'd've it'dve:it'd've itll:it'll "
        "maam:ma'am mightnt:mightn't mightnt've:mightn't've mightn'tve:mightn't've mightve:might've "
        "mustnt:mustn't mustve:must've neednt:needn't notve:not've oclock:o'clock oughtnt:oughtn't "
        "ow's'at:'ow's'at 'ows'at:'ow's'at 'ow'sat:'ow's'at shant:shan't shed've:she'd've she'dve:she'd've "
        "shouldve:should've shouldnt:shouldn't shouldnt've:shouldn't've shouldn'tve:shouldn't've "
        "somebody'd:somebodyd somebodyd've:somebody'd've somebody'dve:somebody'd've somebodyll:somebody'll "
        "somebodys:somebody's someoned:someone'd someoned've:someone'd've someone'dve:someone'd've "
        "someonell:someone'll someones:someone's somethingd:something'd somethingd've:something'd've "
        "something'dve:something'd've somethingll:something'll thats:that's thered:there'd thered've:there'd've "
        "there'dve:there'd've therere:there're theres:there's theyd:they'd theyd've:they'd've they'dve:they'd've "
        "theyll:they'll theyre:they're theyve:they've twas:'twas wasnt:wasn't wed've:we'd've we'dve:we'd've "
        "weve:we've werent:weren't whatll:what'll whatre:what're whats:what's whatve:what've whens:when's "
        "whered:where'd wheres:where's whereve:where've whod:who'd whod've:who'd've who'dve:who'd've wholl:who'll "
        "whos:who's whove:who've whyll:why'll whyre:why're whys:why's wont:won't wouldve:would've "
        "wouldnt:wouldn't wouldnt've:wouldn't've wouldn'tve:wouldn't've yall:y'all yall'll:y'all'll "
        "y'allll:y'all'll yall'd've:y'all'd've y'alld've:y'all'd've y'all'dve:y'all'd've youd:you'd "
        "youd've:you'd've you'dve:you'd've youll:you'll youre:you're youve:you've "
    ).split()
)
_WORDS = "zero one two three four five six seven eight nine ten".split()
_NUMBERS = {"none": "0", **{word: str(number) for number, word in enumerate(_WORDS)}}
_ARTICLES = {"a", "an", "the"}
_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_PERIOD = re.compile(r"\.(?!\d)")
_COMMA = re.compile(r"(?<=\d),+(?=\d)")
_PERIODS = 32  # the official code passes a flag where the count goes, and takes out so many full stops


def vqa_normalised(text: str) -> str:
    """A text as the official VQA evaluation compares it: no punctuation, articles or number words, lower case.

    Source: EvalAIAnswerProcessor of facebookresearch/mmf (pythia/tasks/processors.py), after the VQA evaluation of
    Agrawal et al. 2015; restated.

    Example:
        >>> from vista_core.scoring.vqa import vqa_normalised
        >>> vqa_normalised("The two Dogs, dont")
        "2 dogs don't"
    """
    plain = text.lower().replace(",", "").replace("?", "").replace("'s", " 's").strip()
    plain = plain.replace("\n", " ").replace("\t", " ").strip()
    given, thousands = plain, _COMMA.search(plain) is not None
    for sign in _PUNCTUATION:
        apart = thousands or f"{sign} " in given or f" {sign}" in given
        plain = plain.replace(sign, "" if apart else " ")
    words = [_NUMBERS.get(word, word) for word in _PERIOD.sub("", plain, count=_PERIODS).lower().split()]
    return " ".join(_CONTRACTIONS.get(word, word) for word in words if word not in _ARTICLES)


def vqa_accuracy(
    prediction: str | None, answers: Sequence[str], *, metric: Literal["leave_one_out", "direct"] = "leave_one_out"
) -> Score:
    """How many of the people who were asked gave this answer: three of ten are enough for 1.

    `leave_one_out` (VizWiz): both sides are normalised; min(1, matches / 3) is averaged over all choices of nine of the
    ten people. `direct` (A-OKVQA): min(1, matches / 3) over the texts as they stand. `unanswerable` is an answer like
    any other. `correct` asks for a value of 0.5, which two people out of ten give.

    Sources: Gurari et al. 2018 (VizWiz) with the VQA evaluation, as in lmms-eval's tasks/vizwiz_vqa/utils.py, to which
    it is equal; Schwenk et al. 2022 (A-OKVQA), evaluation/eval_predictions.py, equal but for spaces around an answer.

    Args:
        prediction: The answer; None is worth 0.
        answers: What each of the people said.
        metric: Which of the two.

    Returns:
        A score from 0 to 1.

    Raises:
        ValueError: Nobody was asked.

    Example:
        >>> from vista_core.scoring import vqa_accuracy
        >>> said = ["bottle"] * 2 + ["a bottle"] + ["can"] * 7
        >>> round(vqa_accuracy("Bottle.", said).value, 2), vqa_accuracy("a", said).value
        (0.9, 0.0)
    """
    if not answers:
        raise ValueError("there are no answers to compare with")
    if prediction is None or not prediction.strip():
        return Score(value=0.0, correct=False, rule="vqa_accuracy", why="there is no answer")
    if metric == "direct":
        matches = sum(prediction.strip() == answer.strip() for answer in answers)
        value = min(1.0, matches / 3)
    else:
        given = vqa_normalised(prediction)
        equal = [vqa_normalised(answer) == given for answer in answers]
        # An answer of which nothing is left, such as "the", is nobody's.
        matches = sum(equal) if given else 0
        value = sum(min(1.0, (matches - mine) / 3) for mine in equal) / len(equal) if matches else 0.0
    why = f"{matches} of {len(answers)} people gave {prediction[:80]!r}"
    return Score(value=value, correct=value >= 0.5, rule="vqa_accuracy", why=why)
