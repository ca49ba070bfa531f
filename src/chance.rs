//! Where random bytes come from, so that a harness can draw the same ones again.
//! It must not be drawn from where a guess would do harm, other than for words that nobody must meet twice: tokens and names.

use std::fmt;
use std::sync::Arc;

/// Draws random bytes. Clones draw from the same source.
#[derive(Clone)]
pub struct Chance(Arc<dyn Fn() -> [u8; 8] + Send + Sync>);

impl Chance {
    /// The thread's generator, seeded by the system.
    pub fn system() -> Chance {
        Chance::new(rand::random)
    }

    /// A source of the caller's.
    pub fn new(draw: impl Fn() -> [u8; 8] + Send + Sync + 'static) -> Chance {
        Chance(Arc::new(draw))
    }

    /// Eight bytes.
    pub fn draw(&self) -> [u8; 8] {
        (self.0)()
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}
