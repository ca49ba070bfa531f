//! The events that kubectl describe shows, as objects.
//! It must not take an event for proof of anything but that it was told.

use super::honest::is_a_reason;
use k8s_openapi::api::core::v1::Event;
use kube::api::ListParams;
use kube::{Api, Client};
use std::time::{Duration, Instant};

/// Events are told by a queue, a moment after the status.
const LONGEST: Duration = Duration::from_secs(60);

/// Waits for an event with a reason about an object, and answers the newest such event.
pub async fn wait_for(client: &Client, namespace: &str, kind: &str, name: &str, reason: &str) -> Event {
    let started = Instant::now();
    loop {
        let about = all(client, namespace).await;
        let mut fitting: Vec<&Event> = about
            .iter()
            .filter(|event| {
                event.involved_object.kind.as_deref() == Some(kind)
                    && event.involved_object.name.as_deref() == Some(name)
                    && event.reason.as_deref() == Some(reason)
            })
            .collect();
        fitting.sort_by_key(|event| event.event_time.as_ref().map(|time| time.0));
        if let Some(event) = fitting.last() {
            return (*event).clone();
        }
        assert!(
            started.elapsed() < LONGEST,
            "no event {reason} about {kind} {name}; told: {:#?}",
            about.iter().map(shown).collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// All events of a namespace; each is one of this operator with a reason of the enum.
pub async fn all(client: &Client, namespace: &str) -> Vec<Event> {
    let api: Api<Event> = Api::namespaced(client.clone(), namespace);
    let events = api.list(&ListParams::default()).await.unwrap().items;
    for event in &events {
        let reason = event.reason.as_deref().unwrap_or_default();
        assert!(is_a_reason(reason), "{}", shown(event));
        let flaw = stationmaster_engine::text::flaw(event.message.as_deref().unwrap_or_default());
        assert_eq!(flaw, None, "{}", shown(event));
        assert_eq!(
            event.reporting_component.as_deref(),
            Some("stationmaster.dev/operator"),
            "{}",
            shown(event)
        );
    }
    events
}

/// One line.
pub fn shown(event: &Event) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    format!(
        "{} {} {}/{}: {}",
        word(&event.type_),
        word(&event.reason),
        word(&event.involved_object.kind),
        word(&event.involved_object.name),
        word(&event.message)
    )
}
