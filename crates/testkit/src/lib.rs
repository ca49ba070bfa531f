//! What tests share: a real control plane, fixtures, checkers.
