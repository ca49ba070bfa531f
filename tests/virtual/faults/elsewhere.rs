//! What happens elsewhere: somebody writes an object, moves production at the console, puts an old backup back.
//! It must not be seen by the operator in any other way than through its API server and its provider.

use super::Faults;
use serde_json::json;
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use std::sync::Weak;

impl Faults {
    /// Some writes ago.
    pub(super) fn past(&self) -> u64 {
        self.server.revision().saturating_sub(5).max(1)
    }

    pub(super) fn restore(&self) {
        let snapshot = self.state().snapshot.clone();
        if let Some(snapshot) = snapshot {
            self.server.restore(&snapshot);
        }
    }

    pub(super) fn flip(&self) {
        if let Some(wire) = self.wire.get().and_then(Weak::upgrade) {
            wire.world(|world| world.console_flip(crate::stage::OBJECT));
        }
    }

    /// Somebody else writes an object, and changes nothing that matters.
    pub(super) fn touch(&self, resource: &str, namespace: &str, name: &str) {
        let number = {
            let mut state = self.state();
            state.touches += 1;
            state.touches
        };
        let patch = json!({"metadata": {"annotations": {"touched": number.to_string()}}});
        let server = &self.server;
        let touched = match resource {
            "protectiongroups" => server.merge::<ProtectionGroup>(namespace, name, &patch).map(drop),
            "protectionproviders" => server.merge::<ProtectionProvider>(namespace, name, &patch).map(drop),
            "recoveryoperations" => server.merge::<RecoveryOperation>(namespace, name, &patch).map(drop),
            "operationdecisions" => server.merge::<OperationDecision>(namespace, name, &patch).map(drop),
            "groupledgers" => server.merge::<GroupLedger>(namespace, name, &patch).map(drop),
            other => panic!("nobody else writes {other}"),
        };
        touched.unwrap_or_else(|refusal| panic!("{resource} {name}: {refusal:?}"));
    }
}
