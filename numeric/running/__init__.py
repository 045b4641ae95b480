"""The parts of a run over many seeds: what is asked, one shape for all algorithms, the folder, the backends."""
