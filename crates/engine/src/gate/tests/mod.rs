//! Every rule alone: what is right is let through, and each single wrong is named in its own word, with what follows from it.
//! It must not test chains of events: the scripts in `tests/` do.

mod between;
mod calls;
mod orders;
mod risks;
mod world;
