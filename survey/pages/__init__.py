"""One file per audience, each one blueprint, thin: find, one verb, answer."""
