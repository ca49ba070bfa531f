//! The program behind `cargo xtask model`.
//! It must not hold a model: the library does.

fn main() {}
