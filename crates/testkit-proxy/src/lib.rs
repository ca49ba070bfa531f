//! What stands between the operator, its API server and its provider, and the judge of what went over the wire.
//! It must not be linked into the operator, and must not know who starts the two sides.

pub mod history;
pub mod proxy;
pub mod vendors;
