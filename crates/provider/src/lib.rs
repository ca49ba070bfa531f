//! What every provider must offer: the contract, its fault classes, its test suite.
