//! Where this process stands in the election.
//! It must not be changed but by the election and the renewals.

/// Where this process stands, for readiness and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The lease has not been read yet: the API server was not reached.
    Unknown,
    /// Another process holds the lease.
    Standby {
        /// Its identity; empty while nobody does.
        leader: String,
    },
    /// This process leads.
    Leading,
    /// This process leads as far as anybody knows, and could not renew the lease in time: it makes no call.
    Unproven,
    /// This process led, and must exit when what is under way has ended.
    Lost,
}
