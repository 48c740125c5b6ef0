"""SPARK: a session held open quietly, its jobs watched and cancelled, this package on its executors."""
