"""Arrays in, frozen results out: the statistics of agreement, on NumPy, SciPy and krippendorff alone.

Every statistic takes :class:`calibrate.stats.ratings.Ratings` (prepared once from long arrays) and answers with a
:class:`calibrate.stats.results.Coefficient`. What holds for all of them:

* Levels are given, never read off the scores; a level that nobody used still counts.
* An undefined value is ``nan`` and says why; it is never an exception.
* ``n_pieces`` counts the pieces that can show agreement (two or more scores); a piece with five criteria is one piece.
* Intervals are 95% and vary the pieces: they speak for *these raters* on other pieces like these.
"""
