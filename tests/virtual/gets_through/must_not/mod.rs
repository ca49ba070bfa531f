//! The rows in which nothing may run: the neighbours of those in which an order must get through.
//! It must not hold a scene: each file holds those of one kind.

mod changed;
mod people;
mod provider;

use super::row::Row;

/// All of them.
pub fn rows() -> Vec<Row> {
    let kinds = [people::rows(), provider::rows(), changed::rows()];
    kinds.into_iter().flatten().collect()
}
