//! The one enum of reasons: condition reason, event reason, metric label and runbook anchor are the same word.
//! It must not decide anything; a reason only says what was decided, and what a person can do.

mod other;

pub use other::Obstacle;

use crate::text;
use std::fmt;

macro_rules! reasons {
    ($([$group:literal] $($name:ident : $meaning:literal => $todo:literal;)*)*) => {
        /// Why something is as it is, or why something was not done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $($(#[doc = $meaning] $name,)*)*
            /// A word that decides nothing here: a provider's [`Obstacle`], or one that another release wrote.
            Other(&'static str),
        }

        impl Reason {
            /// All reasons of the core, in the order of `docs/reference/reasons.md`.
            pub const ALL: &'static [Reason] = &[$($(Reason::$name,)*)*];

            /// The same under the headings of `docs/reference/reasons.md`.
            pub const GROUPS: &'static [(&'static str, &'static [Reason])] = &[$(($group, &[$(Reason::$name,)*]),)*];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self { $($(Reason::$name => stringify!($name),)*)* Reason::Other(word) => word }
            }

            /// What the word means, one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $($(Reason::$name => $meaning,)*)* Reason::Other(_) => other::MEANING }
            }

            /// What a person can do, one sentence; empty when there is nothing to do.
            pub fn todo(self) -> &'static str {
                match self { $($(Reason::$name => $todo,)*)* Reason::Other(_) => other::WHAT_TO_DO }
            }
        }
    };
}

reasons! {
    ["How a group stands"]
    Protected: "Replication runs from the active station to the other." => "";
    Unprotected: "Nothing is replicated; both copies stay." => "File an EnableProtection operation.";
    ReplicationBroken: "Protection is switched on, but replication does not run." => "Look at the pairs in the provider's console; protection resumes when the fault is mended.";
    FailedOver: "Production was moved by force and nothing is replicated: there is one copy only." => "When the old site is healthy again, file a Reprotect operation.";
    NotObserved: "The group has not been read from its provider yet." => "Wait; if it stays, look at the ProtectionProvider.";
    Suspended: "spec.suspend is true: no mutating call is made." => "Set spec.suspend to false.";
    ProviderBusy: "The provider is working on the group, by itself or because someone else asked it to." => "Wait until it has finished.";
    ProviderFault: "The provider's last work on the group failed and left it in an error status." => "Read the provider's failed job; then ask again with the present token.";
    Partway: "The group is in a state between two calls of an operation, and no such operation runs here." => "Finish the operation in the provider's console, or file it again where availableActions offers it.";
    UnknownProviderState: "The provider shows a status that this version does not know; nothing is done." => "Look at the group in the provider's console; report the word.";
    ActiveStationUnknown: "It is not certain where production runs." => "Look at the group in the provider's console; intents act only on source or target.";
    ["The connection"]
    ProviderNotFound: "spec.providerRef names no ProtectionProvider in this namespace." => "Create it, or correct the name.";
    ProviderNotReady: "The ProtectionProvider has not been connected yet." => "Look at the ProtectionProvider's conditions.";
    ProviderNotSupported: "This version does not serve that kind of provider, or group and provider are of different kinds." => "Use the block that fits the provider.";
    SecretNotFound: "The Secret with the credentials does not exist." => "Create it in the same namespace.";
    SecretInvalid: "The Secret lacks a key that the authentication method needs." => "Add the keys that the message names.";
    CABundleNotFound: "The ConfigMap with the CA bundle does not exist or holds no certificate." => "Create it, or correct the reference.";
    EndpointInvalid: "An endpoint is not a URL that can be used." => "Correct it: scheme, host, optional port.";
    AuthenticationFailed: "The provider refused the credentials." => "Correct the Secret; it is read again at once.";
    PermissionDenied: "The credentials are good but may not do this." => "Grant the permission at the provider.";
    CertificateInvalid: "The provider's certificate cannot be verified." => "Correct spec.tls of the ProtectionProvider.";
    ProviderUnreachable: "The provider does not answer." => "Check the network and the endpoint; observation goes on.";
    ProviderThrottled: "The provider asks for fewer requests." => "Lower spec.limits.requestsPerSecond.";
    ProviderError: "The provider answered with an error, or with something that is not its protocol." => "Look at the message; observation goes on.";
    ProjectNotFound: "The project does not exist for these credentials." => "Correct the project name or id.";
    ProtectionObjectNotFound: "The provider has no protection group with this id." => "Make another ProtectionGroup with the right id: the id of this one cannot be changed.";
    ProtectionObjectClaimed: "Another ProtectionGroup holds this provider object." => "Delete one of the two.";
    LedgerUnreadable: "The group's ledger cannot be understood; nothing is done." => "Use the operator version that wrote it, or see the runbook.";
    ClaimNotAllowed: "The administrator's list gives the provider's scope to other namespaces." => "Ask the administrator to list this namespace, or delete the group.";
    ClaimAwaited: "The provider's object will be this group's, by the administrator's list or because its holder is gone, but a call of that holder is not resolved." => "Wait, or resolve the holder's doubt.";
    ClaimsUnreadable: "Part of the administrator's list of claims cannot be read: only namespaces that the rest of it names may make new claims." => "Correct the entry that the message names.";
    Connected: "The connection works." => "";
    ["How an intent is read"]
    NoIntent: "spec.priorityStation is not set." => "";
    AtPriorityStation: "Production runs where it should." => "";
    TokenMissing: "A move was asked for without a token." => "Quote status.priorityToken.";
    TokenStale: "The token is not the present one: the state has changed since it was shown, or it was never shown." => "Look at the present state; then quote the present token.";
    TokenConsumed: "The token was used by an operation." => "Look at the present state; then quote the present token.";
    FirstSight: "The group was seen for the first time; what its manifest says may be old." => "If production should move, quote the present token.";
    GroupRecreated: "The group was deleted and made again; what its manifest says may be old." => "If production should move, quote the present token.";
    ExternalRoleChange: "Someone else moved production, not this operator." => "If production should move again, quote the present token.";
    EndpointChanged: "The ProtectionProvider names another endpoint than before: what is read there counts as seen for the first time." => "Look at the present state; then quote the present token.";
    ObjectsChanged: "The group is made of other provider objects than before: what is read of them counts as seen for the first time." => "Look at the present state; then quote the present token.";
    StateChanged: "Someone else changed the provider's object, not this operator." => "Look at the present state; then quote the present token.";
    IntentLapsed: "The intent could not start within spec.startingDeadlineSeconds." => "Ask again with the present token.";
    IntentWithdrawn: "The intent was withdrawn before it started." => "";
    ChangesMissed: "The spec was changed more than once while the operator was not looking; one change may have been a withdrawal." => "Ask again with the present token.";
    OperatorAbsent: "No operator was watching for a while: what was asked for before may not be wanted any more." => "Look at the present state; then ask again with the present token.";
    OperationEnded: "The operation that the intent asked for has ended." => "Look at its result; to ask again, quote the present token.";
    IntentArmed: "The intent is accepted and starts as soon as nothing stands in its way." => "";
    ["Requests that were refused"]
    GroupUIDMismatch: "groupRef.uid is not the uid of the present group." => "Read the group again and file a new operation.";
    ObjectUnreadable: "This version of the operator cannot understand the object; nothing is done with it." => "Read the message; correct the object, or file it again.";
    GroupNotFound: "groupRef names no ProtectionGroup in this namespace." => "Correct the name.";
    UsePriorityStation: "A planned failover must be asked for on the group, not by an operation." => "Set spec.priorityStation and spec.priorityToken on the ProtectionGroup.";
    NotAfterMissing: "The operation does not say until when it may start." => "Set spec.notAfter.";
    Expired: "The operation's notAfter has passed before it could start." => "File a new operation.";
    OperationReplayed: "An operation of this name has run before, or another object of this name was seen before." => "File a new operation under a new name.";
    OperationRunning: "Another operation of the group has not ended." => "Wait for it, or answer it with an OperationDecision.";
    AlreadyActive: "Production runs at that station." => "";
    WrongStation: "targetStation is not where production runs, and this operation does not move production." => "Read status.activeStation; the other station is the one that is overwritten.";
    DataLossNotAccepted: "A forced failover can lose data, and the operation does not accept that." => "Set spec.dataLoss.";
    DataLossUnknown: "The provider does not tell how much data would be lost." => "Set spec.dataLoss.acceptUnknown.";
    DataLossTooLarge: "More data would be lost than was accepted." => "Accept more in a new operation, or wait.";
    IllegalProviderState: "The provider's status does not allow the operation." => "See which status allows it in the provider guide.";
    ["A running operation"]
    AwaitingConfirmation: "A person must confirm a step." => "File an OperationDecision with action Confirm.";
    PendingCall: "An earlier call without an answer may still arrive." => "Wait, or confirm that it cannot arrive any more.";
    Submitting: "A call is about to be made." => "";
    CallTurnedAway: "The provider turned the call away before looking at it; it is made again." => "";
    CallWithheld: "The last look before the call showed another state; the call was not made." => "Look at the present state; then ask again.";
    JobRunning: "The provider works on it." => "";
    PartFailed: "A part of the provider's job failed, and the provider keeps the job open." => "Look at the part in the provider's console, then file an OperationDecision for it: what may be asked stands in the operation's availableActions.";
    LookingForEvidence: "The answer to a call was lost; the operator looks for what became of the call." => "Wait.";
    SubmissionUnknown: "Nobody knows whether a call took effect; nothing more is done." => "Look at the group and its jobs in the provider's console, then file an OperationDecision: Executed, NotExecuted or Abandon.";
    Verifying: "The job has ended; an independent read must show the outcome." => "";
    Overdue: "A step takes longer than it should." => "Look at the provider's job.";
    OperationNameTaken: "Another object has the name that the operator's own operation must have." => "Delete that object.";
    OperationNotMade: "The operator could not make the object of its own operation." => "Read the message: a quota, a policy or a permission stands in the way.";
    ["How an operation ended"]
    Succeeded: "The outcome was verified by an independent read." => "";
    AdoptedByEffect: "The answer to the call was lost; its effect was seen and counts as success." => "";
    JobFailed: "The provider's job failed." => "Read the message; to try again, ask again with the present token.";
    CallRefused: "The provider refused the call; nothing was done." => "Read the code; to try again, ask again with the present token.";
    CallNotSent: "The call provably did nothing: it did not leave, was turned away, or did not take effect." => "Check the connection; to try again, ask again with the present token.";
    UnexpectedJob: "The provider did something other than what was asked." => "Look at the provider's console at once.";
    OutcomeDiffers: "The job ended well, but the read shows another outcome." => "Look at the group in the provider's console.";
    DeclaredNotExecuted: "A person said that the call was not executed." => "To try again, ask again with the present token.";
    Abandoned: "A person ended the operation; its outcome is not known." => "Look at the group in the provider's console.";
    OperationSuperseded: "A forced failover took the place of an operation that had not started." => "";
    OperationDeleted: "The operation was deleted before it started." => "";
    ["Decisions"]
    DecisionAccepted: "The decision was carried out." => "";
    DecisionNotApplicable: "The operation does not wait for this decision at this step." => "Look at the operation's status.steps.";
    DecisionStale: "The decision names another attempt or another operation." => "Look at the operation's uid and attempts; file a new decision.";
    OperationNotFound: "The decision names no operation that is running." => "Correct the reference.";
}

/// A reason with its words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Why {
    /// The one word.
    pub reason: Reason,
    /// What it means here, and what would be right; at most 512 bytes.
    pub message: String,
}

impl Why {
    /// A reason with its words, cut where they are too long.
    pub fn new(reason: Reason, message: impl Into<String>) -> Why {
        Why {
            reason,
            message: text::sentence(message),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_reads_well_and_is_a_legal_condition_reason() {
        for reason in Reason::ALL {
            let word = reason.as_str();
            assert!(
                word.len() <= 128 && word.chars().all(|c| c.is_ascii_alphanumeric()),
                "{word}"
            );
            assert!(word.starts_with(|c: char| c.is_ascii_uppercase()), "{word}");
            assert!(reason.meaning().ends_with('.'), "{word}");
            assert!(reason.todo().is_empty() || reason.todo().ends_with('.'), "{word}");
        }
    }

    #[test]
    fn every_reason_stands_in_one_group() {
        let grouped: Vec<Reason> = Reason::GROUPS
            .iter()
            .flat_map(|(_, reasons)| reasons.iter().copied())
            .collect();
        assert_eq!(grouped, Reason::ALL);
        assert!(
            Reason::GROUPS
                .iter()
                .all(|(heading, reasons)| !heading.is_empty() && !reasons.is_empty())
        );
    }

    #[test]
    fn a_reason_survives_the_ledger() {
        let obstacle = Reason::Other("DisksAreBlue");
        for reason in Reason::ALL.iter().chain([&obstacle]) {
            let text = serde_json::to_string(reason).unwrap();
            assert_eq!(text, format!("\"{reason}\""));
            assert_eq!(serde_json::from_str::<Reason>(&text).unwrap(), *reason);
        }
    }
}
