//! The little that the crates for tests share: repeatable chance, and the words of a Kubernetes Status.
//! It must not depend on anything: what needs a crate belongs to the one that needs it.

pub mod dice;
mod status;

pub use self::status::usual_reason;
