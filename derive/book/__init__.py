"""A chapter nobody marked up -> its displayed steps -> a verdict on each."""
