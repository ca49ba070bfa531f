//! The project's own commands.
//! Must not hold product logic: it only calls the crates and tools.
fn main() {}
