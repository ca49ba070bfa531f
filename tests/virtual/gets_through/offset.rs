//! A clock that goes before or behind the true one.
//! It must not go by itself.

use jiff::SignedDuration;
use std::sync::{Arc, Mutex};

/// A clock that goes before or behind the true one.
#[derive(Clone, Default)]
pub struct Offset(Arc<Mutex<SignedDuration>>);

impl Offset {
    /// From now on it goes so far before the true one.
    pub fn set(&self, seconds: i64) {
        *self.0.lock().unwrap() = SignedDuration::from_secs(seconds);
    }

    /// How far it goes before the true one.
    pub fn get(&self) -> SignedDuration {
        *self.0.lock().unwrap()
    }
}
