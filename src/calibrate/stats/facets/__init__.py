"""The many-facet Rasch model: severity of raters, difficulty of criteria and measures of pieces on one scale.

Judgements are prepared once (:func:`prepare_judgements`) and fitted (:func:`fit_facets`). Connectedness comes first: subsets of
raters that no chain of shared pieces joins are fitted alone, and nothing is said across them.
"""

from calibrate.stats.facets.judgements import Judgements, prepare_judgements
from calibrate.stats.facets.model import FacetsFit, fit_facets

__all__ = ["FacetsFit", "Judgements", "fit_facets", "prepare_judgements"]
