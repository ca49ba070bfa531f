//! Explicit-state models over the real decisions: how a wish is read, how a call is submitted.
//! It must not copy a rule of the engine: what is explored is the engine itself.
