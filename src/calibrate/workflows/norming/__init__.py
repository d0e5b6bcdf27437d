"""Norming: from setting up a session to its close, each step in one transaction.

The order is `set_up_session`, `open_scoring`, a `Seat` for each rater (`seat_from_link`,
`seat_from_pin`), `save_choice` and `commit`, `progress`, `reveal`, `start_second_round` if wanted,
`settle`, `make_anchor`, `close_session`. What everybody sees after the reveal is in `reveal_view`,
which brings pandas with it and is imported by those who need it.
"""

from calibrate.store.sealing import Choice, Contents, KeyStore, Mark
from calibrate.workflows.norming.agreement import (
    SettledMeanwhile,
    close_session,
    make_anchor,
    settle,
    start_second_round,
)
from calibrate.workflows.norming.calling_off import call_off
from calibrate.workflows.norming.opening import (
    Handout,
    hand_out_again,
    open_keys,
    open_scoring,
    recover_keys,
    write_handouts,
)
from calibrate.workflows.norming.paper import (
    Entered,
    PaperSheet,
    SheetState,
    check_sheet,
    enter_sheet,
    enter_sheets,
    open_round,
    seats_on_paper,
    sheet_states,
)
from calibrate.workflows.norming.progress import RaterProgress, progress, reopen_ballot
from calibrate.workflows.norming.reveal import Override, Revealed, RevealRefused, reveal
from calibrate.workflows.norming.room_view import (
    RoomView,
    ShownPiece,
    read_work,
    view_room,
)
from calibrate.workflows.norming.scoring import (
    Committed,
    Desk,
    Saved,
    commit,
    load_rules,
    open_desk,
    save_choice,
    save_note,
)
from calibrate.workflows.norming.seats import Seat, check_seat, seat_from_link, seat_from_pin
from calibrate.workflows.norming.setup import (
    SessionPlan,
    change_setup,
    own_student_pairs,
    set_up_session,
)
from calibrate.workflows.norming.sheets import RaterSheet, ScoreSheets, score_sheets
from calibrate.workflows.norming.stage import Pulse, Stage, pulse, pulses
from calibrate.workflows.norming.trust import NormingProject, Rules, open_keystore, open_norming

__all__ = [
    "Choice",
    "Committed",
    "Contents",
    "Desk",
    "Entered",
    "Handout",
    "KeyStore",
    "Mark",
    "NormingProject",
    "Override",
    "PaperSheet",
    "Pulse",
    "RaterProgress",
    "RaterSheet",
    "RevealRefused",
    "Revealed",
    "RoomView",
    "Rules",
    "Saved",
    "ScoreSheets",
    "Seat",
    "SessionPlan",
    "SettledMeanwhile",
    "SheetState",
    "ShownPiece",
    "Stage",
    "call_off",
    "change_setup",
    "check_seat",
    "check_sheet",
    "close_session",
    "commit",
    "enter_sheet",
    "enter_sheets",
    "hand_out_again",
    "load_rules",
    "make_anchor",
    "open_desk",
    "open_keys",
    "open_keystore",
    "open_norming",
    "open_round",
    "open_scoring",
    "own_student_pairs",
    "progress",
    "pulse",
    "pulses",
    "read_work",
    "recover_keys",
    "reopen_ballot",
    "reveal",
    "save_choice",
    "save_note",
    "score_sheets",
    "seat_from_link",
    "seat_from_pin",
    "seats_on_paper",
    "set_up_session",
    "settle",
    "sheet_states",
    "start_second_round",
    "view_room",
    "write_handouts",
]
