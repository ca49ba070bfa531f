//! The administrator's list of claims, as its ConfigMap held it when it was read last.
//! It must not decide who holds an object: the engine does, with what [`ClaimList::right`] says.

use super::group::ledgers::Claim;
use k8s_openapi::api::core::v1::ConfigMap;
use stationmaster_engine::{ClaimRight, Claims};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch as signal;

/// The kinds of providers that an entry may name.
const KINDS: [&str; 3] = ["sdrs", "ocp", "hcp"];
/// The list as it was read last.
pub struct ClaimList {
    pub(super) name: String,
    pub(super) source: String,
    read: signal::Sender<Option<Arc<Claims>>>,
}

impl ClaimList {
    /// A list that has not been read yet: the ConfigMap `name` of the operator's own namespace.
    pub fn new(namespace: &str, name: &str) -> ClaimList {
        ClaimList {
            name: name.to_owned(),
            source: format!("ConfigMap {namespace}/{name}"),
            read: signal::Sender::new(None),
        }
    }

    /// What it says of a namespace and a claim.
    pub fn right(&self, claim: &Claim, namespace: &str) -> ClaimRight {
        match &*self.read.borrow() {
            Some(claims) => claims.right(&claim.kind, &claim.scope, namespace),
            None => ClaimRight::Unknown(format!("{} has not been read yet", self.source)),
        }
    }

    /// Done when it has been read, or after a while: a list that cannot be read must not keep the operator from what is claimed already.
    pub async fn read_or_after(&self, patience: Duration) {
        let mut read = self.read.subscribe();
        let _ = tokio::time::timeout(patience, read.wait_for(Option::is_some)).await;
    }

    /// Takes what it says now; whether that is news.
    pub(super) fn replace(&self, claims: Arc<Claims>) -> bool {
        self.read.send_if_modified(|read| {
            let news = read.as_ref() != Some(&claims);
            *read = Some(claims);
            news
        })
    }

    /// What a ConfigMap says; none is no list.
    pub(super) fn parsed(&self, map: Option<&ConfigMap>) -> Claims {
        let Some(map) = map else { return Claims::none() };
        if map.binary_data.as_ref().is_some_and(|data| !data.is_empty()) {
            return Claims::unreadable(&self.source, "it holds binaryData");
        }
        Claims::read(&self.source, &map.data.clone().unwrap_or_default(), &KINDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_list_that_was_not_read_is_no_permission_and_one_that_is_not_there_is_no_list() {
        let list = ClaimList::new("system", "claims");
        let claim = Claim {
            kind: "sdrs".to_owned(),
            scope: "p1".to_owned(),
            object: "o".to_owned(),
        };
        assert!(matches!(list.right(&claim, "shop"), ClaimRight::Unknown(_)));
        list.read.send_replace(Some(Arc::new(list.parsed(None))));
        assert_eq!(list.right(&claim, "shop"), ClaimRight::FirstCome);
        let entry = "kind: sdrs\nscope: p1\nnamespaces: shop".to_owned();
        let mut map = ConfigMap {
            data: Some(BTreeMap::from([("orders".to_owned(), entry)])),
            ..ConfigMap::default()
        };
        list.read.send_replace(Some(Arc::new(list.parsed(Some(&map)))));
        assert_eq!(list.right(&claim, "shop"), ClaimRight::Listed);
        assert_eq!(
            list.right(&claim, "other"),
            ClaimRight::NotListed("ConfigMap system/claims".to_owned())
        );
        map.binary_data = Some(BTreeMap::from([("x".to_owned(), k8s_openapi::ByteString(vec![1]))]));
        list.read.send_replace(Some(Arc::new(list.parsed(Some(&map)))));
        assert!(matches!(list.right(&claim, "shop"), ClaimRight::Unknown(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_cannot_be_read_is_not_waited_for_for_ever() {
        let list = ClaimList::new("system", "claims");
        list.read_or_after(Duration::from_secs(5)).await;
        list.read.send_replace(Some(Arc::new(Claims::none())));
        list.read_or_after(Duration::MAX).await;
    }
}
