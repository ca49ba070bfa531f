//! What only OCP and OceanBase know to stand in the way of an operation: the words, for conditions, events and `docs/reference/reasons.md`.
//! It must not say when one of them stands in the way; `observe` does.

stationmaster_provider::obstacles! {
    TENANT_NOT_READ "TenantNotRead": "The role of a tenant cannot be read from its database." => "Correct the database's address, account or certificate, or wait until it answers.";
    PRECHECK_FAILED "PrecheckFailed": "The provider's own precheck refuses the move." => "Read the message; repair what it names.";
    STANDBY_LOG_BROKEN "StandbyLogBroken": "A standby does not get the primary's log." => "Read the message; a gap or a conflict means that the standby must be made anew.";
    TENANT_NOT_AT_REST "TenantNotAtRest": "A tenant or its cluster is locked, changing, or not in a normal state." => "Look at the tenant in the provider's console.";
    OLD_PRIMARY_EXISTS "OldPrimaryExists": "The tenant that was the primary before a forced failover is still there." => "Fence it, then drop it.";
    STANDBY_MISSING "StandbyMissing": "A tenant has no standby that follows it." => "Create a standby of it at the other station, and name its id in the group.";
}
