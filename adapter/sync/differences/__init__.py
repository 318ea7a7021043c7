"""Nights by differences: only what rows that came, went or changed can have to do with is built anew.

What a good run has read, asked and given is kept (`record`, `kept`). The next night finds the rows that differ
(`shelf`), from them the objects to look at (`night`), and builds those alone, by the same functions as a whole run.
"""
