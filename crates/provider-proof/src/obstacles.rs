//! What only this provider knows to stand in the way of an operation.
//! It must not hold a word that nothing in the world can bring about.

stationmaster_provider::obstacles! {
    SERVERS_RUNNING "ServersRunning": "Servers that must be stopped are running." => "Stop the servers that the message names.";
}
