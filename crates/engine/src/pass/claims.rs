//! The claims on the objects of a group that is made of several: one guarded write after the other, in the order that was decided.
//! It must not go on after a write that was refused, nor do anything else in the same pass: the next one reads what stands then.

use super::{Next, Pass, Reports, Standpoint, Written, next};
use crate::decide::ClaimWrite;

/// An object is to be claimed, or given up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claims {
    at: Standpoint,
    done: usize,
}

impl Claims {
    pub(super) fn new(at: Standpoint) -> Claims {
        Claims { at, done: 0 }
    }

    /// What is to be written; none once all is.
    pub fn write(&self) -> Option<&ClaimWrite> {
        self.at.judged.decided.claims.get(self.done)
    }

    /// It was written, or not. A removal has no version.
    pub fn take(mut self, written: &Written) -> Pass {
        match written {
            Written::Conflict => return Pass::Over(Next::In(next::CONFLICT)),
            Written::Unheard => return Pass::Over(Next::In(next::FAILED)),
            Written::Done(_) => self.done += 1,
        }
        if self.write().is_some() {
            return Pass::Claims(self);
        }
        // What was given up is told; what was claimed is seen in the next pass.
        match self.at.judged.decided.blocked {
            Some(_) => Pass::Reports(Reports::new(self.at, true)),
            None => Pass::Over(Next::Again),
        }
    }
}
