"""What raters jot down beside a score: by criterion and level, in the words of teachers."""

COMMENTS: dict[str, dict[int, tuple[str, ...]]] = {
    "FOC": {
        1: ("I cannot say what this is about.", "Starts somewhere and ends somewhere else."),
        2: ("The idea is there but gets lost halfway.", "Two topics in one piece."),
        3: ("Stays with it from start to end.", "Clear what it is about, first line to last."),
        4: ("Every detail serves the point.", "Knows exactly what to leave out."),
    },
    "ORG": {
        1: ("No order that I can follow.", "One thing after another, could be shuffled."),
        2: (
            "Beginning and middle, then it stops.",
            "There is an order, but all parts weigh the same.",
        ),
        3: ("Parts are where I expect them.", "Good linking words, a real ending."),
        4: ("The order itself makes the point.", "Opening and ending answer each other."),
    },
    "DEV": {
        1: ("Says it and does not show it.", "Nothing that I could picture or check."),
        2: ("A start, then it moves on too fast.", "Some details, I wanted one more."),
        3: ("Enough detail to picture it.", "Says enough for me to believe it."),
        4: ("Details are chosen, not just piled up.", "Nothing missing, nothing extra."),
    },
    "STY": {
        1: ("Same start for every sentence.", "Very few words carry it."),
        2: ("Plain words, short sentences.", "A good word here and there."),
        3: ("Sentences vary, words fit.", "Sounds like a person talking to me."),
        4: ("I wanted to read it aloud.", "Exact words, nothing extra."),
    },
    "CONV": {
        1: ("I had to read it twice to decode it.", "No periods to stop at."),
        2: ("Run-ons, but I can follow.", "Spelling by ear in common words."),
        3: ("A few slips that do not stop me.", "Careful with capitals and ends."),
        4: ("Clean, also in the hard words.", "Clean to the last line."),
    },
}

CODE_COMMENTS = ("Does not answer the task.", "Nothing here that I can score against the rubric.")
