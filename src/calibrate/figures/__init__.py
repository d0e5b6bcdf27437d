"""Floor 4: a result in, a picture out, with its alt text and its sentence. Loaded by notebooks only."""

from calibrate.figures.agreement import agreement_figure, movement_figure, sessions_figure
from calibrate.figures.agreement_panel import panel_figure
from calibrate.figures.dependability import dependability_figure
from calibrate.figures.differences import differences_figure, rater_figure
from calibrate.figures.distribution import distribution_figure, growth_figure, released_figure
from calibrate.figures.links import links_figure
from calibrate.figures.look import Picture
from calibrate.figures.pairs import pairs_figure
from calibrate.figures.school_map import school_map_figure
from calibrate.figures.spread import spread_figure
from calibrate.figures.wall import wall_figure
from calibrate.figures.wright_map import wright_map_figure
from calibrate.figures.wright_map_schools import wright_map_schools_figure

__all__ = [
    "Picture",
    "agreement_figure",
    "dependability_figure",
    "differences_figure",
    "distribution_figure",
    "growth_figure",
    "links_figure",
    "movement_figure",
    "pairs_figure",
    "panel_figure",
    "rater_figure",
    "released_figure",
    "school_map_figure",
    "sessions_figure",
    "spread_figure",
    "wall_figure",
    "wright_map_figure",
    "wright_map_schools_figure",
]
