//! What only SDRS knows to stand in the way of an operation: its words, for conditions, events and `docs/reference/reasons.md`.
//! It must not say when one of them stands in the way; `observe` does.

stationmaster_provider::obstacles! {
    NO_REPLICATION_PAIRS "NoReplicationPairs": "The group holds nothing to replicate." => "Add protected instances or replication pairs.";
    REPLICATION_LINK_DOWN "ReplicationLinkDown": "The replication link is down." => "Repair the link; the provider resumes by itself.";
    PAIRS_SYNCHRONIZING "PairsSynchronizing": "The other side is not complete yet." => "Wait for synchronization.";
    MEMBERS_INVALID "MembersInvalid": "A member of the group was deleted or is faulty." => "Repair it in the provider's console.";
    SERVERS_RUNNING "ServersRunning": "Servers that must be stopped are running." => "Stop the servers that the message names.";
}
