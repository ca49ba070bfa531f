//! Two groups that name one server group: one commands it, the other waits for its turn.
//! It must not be possible for both to command it, whatever their order.

use super::*;
use kube::ResourceExt;
use stationmaster_api::Station;

pub async fn two_groups_that_name_one_server_group() {
    let place = place("claimed", false).await;
    place.connect(&Connection::default()).await.unwrap();
    let first = place.protect(GROUP).await.unwrap();
    let token = place.token(GROUP).await.unwrap();
    let mut second = place.group(GROUP).await.unwrap();
    second.metadata.name = Some("second".into());
    place.cluster.create(&second).await.unwrap();
    let message = group_says(&place, "second", "Stalled", "ProtectionObjectClaimed").await;
    assert!(
        message.contains(&format!("{}/{GROUP}", place.cluster.namespace())),
        "{message}"
    );
    let shown = place.cluster.get::<ProtectionGroup>("second").await.unwrap();
    assert_eq!(shown.status.unwrap().priority_token, None, "it has no token to quote");
    // A token that is quoted there moves nothing. The API server refuses it before the operator could.
    let refused = place.intent("second", Station::Target, &token).await.unwrap_err();
    assert_eq!(refused.status().map(|status| status.code), Some(422), "{refused}");
    assert_eq!(place.token(GROUP).await.unwrap(), token, "the first is as it was");

    place.cluster.delete::<ProtectionGroup>(GROUP).await.unwrap();
    place.cluster.wait_gone::<ProtectionGroup>(GROUP).await.unwrap();
    group_is_served(&place, "second").await;
    assert_ne!(place.token("second").await.unwrap(), token, "nothing is handed down");
    let holder = place.cluster.get::<ProtectionGroup>("second").await.unwrap();
    assert_ne!(holder.uid(), first.uid());
    no_call(&place).await;
}
