"""SHARDED: tables split by row with TorchRec; loading it takes seconds, so it is imported when it is needed."""
