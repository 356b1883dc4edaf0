"""Whole files as stretches of samples, read a part at a time, so that they may have any length.

What ``exportstream`` wrote as Parquet or NPZ says of itself where each sample belongs; of any other
file the times tell the rate and the gaps.
"""
