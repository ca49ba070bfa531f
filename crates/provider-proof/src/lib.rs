//! A provider that exists only for proof: every ambiguity class and every shape of an operation, as values.
//! It must not be linked into the operator, nor be kinder to it than a real system is.
