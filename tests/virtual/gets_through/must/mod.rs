//! The rows in which a forced failover must get through.
//! It must not hold a scene: each file holds those of one kind.

mod calls;
mod clocks;
mod connection;
mod guards;
mod many;
mod orders;
mod people;
mod readings;
mod replicas;
mod server;

use super::row::Row;

/// All of them.
pub fn rows() -> Vec<Row> {
    let kinds = [
        readings::rows(),
        calls::rows(),
        connection::rows(),
        replicas::rows(),
        server::rows(),
        clocks::rows(),
        people::rows(),
        guards::rows(),
        orders::rows(),
        many::rows(),
    ];
    kinds.into_iter().flatten().collect()
}
