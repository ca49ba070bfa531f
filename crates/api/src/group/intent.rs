//! The CEL rule that refuses, at the API server, an intent that is not bound to the present state.
//! It must not be taken for the guard: it does not run on create, and the controller judges every intent again.

/// A changed intent is refused unless it is withdrawn, names the active station, or quotes the present token.
///
/// It stands on the root of the schema, where the stored status can be read while the spec is being changed. It uses `has()` throughout:
/// with optional syntax the cost estimator loses the lengths and the API server refuses the CRD.
pub const RULE: &str = "\
    !has(self.spec.priorityStation) \
    || (has(oldSelf.spec.priorityStation) && self.spec.priorityStation == oldSelf.spec.priorityStation \
        && has(self.spec.priorityToken) == has(oldSelf.spec.priorityToken) \
        && (!has(self.spec.priorityToken) || self.spec.priorityToken == oldSelf.spec.priorityToken)) \
    || (has(self.status) && has(self.status.activeStation) && self.spec.priorityStation == self.status.activeStation) \
    || (has(self.spec.priorityToken) && has(self.status) && has(self.status.priorityToken) \
        && self.spec.priorityToken == self.status.priorityToken)";

/// What the refusal says: the lines that would be accepted now, or why there are none.
///
/// What runs is told before where production runs: during a move the station is not known, and the operation is the reason.
/// One line, because the API server replaces a message with line breaks. The braces make it valid YAML to paste under `spec`.
pub const MESSAGE_EXPRESSION: &str = "\
    (!has(self.status) || !has(self.status.activeStation)) \
    ? 'not accepted: the operator has not observed this group yet, so there is no token to quote; leave the intent as it is, remove it, \
       or try again when status.activeStation is shown' \
    : (has(self.status.operation) && !has(self.status.priorityToken) \
    ? 'not accepted: operation ' + self.status.operation.name + ' (' + self.status.operation.type \
      + ') is running, and no token is shown until it has ended; leave the intent as it is, or remove it' \
    : (!(self.status.activeStation in ['source', 'target']) \
    ? 'not accepted: production does not surely run at one station (status.activeStation: ' + self.status.activeStation \
      + '), and nothing moves until it does; leave the intent as it is, or remove it' \
    : (has(self.status.priorityToken) \
    ? 'not accepted: an intent must quote the token of the present state. Production runs at ' + self.status.activeStation \
      + '. To ask for a planned failover now, set spec: {priorityStation: ' + self.spec.priorityStation + ', priorityToken: ' \
      + self.status.priorityToken + '}; to ask for nothing, set spec: {priorityStation: ' + self.status.activeStation \
      + '} or remove both lines' \
    : 'not accepted: no token is shown now; leave the intent as it is, remove it, or name the active station: ' \
      + self.status.activeStation)))";
