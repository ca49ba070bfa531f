//! Watches: order, selectors, compaction, bookmarks and faults.
//! They must not wait in real time.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use kube::api::{WatchEvent, WatchParams};
use kube::runtime::watcher;
use serde_json::json;
use stationmaster_api::ProtectionGroup;
use tokio::time::{Instant, timeout};

use super::super::{ApiServer, EventFate, Fate, WatchFate};
use super::{create, groups, server};

async fn watch(server: &ApiServer, params: WatchParams, from: &str) -> BoxStream<'static, String> {
    let stream = groups(server).watch(&params.disable_bookmarks(), from).await.unwrap();
    stream
        .map(|event| match event {
            Ok(WatchEvent::Added(object)) => format!("+{}", object.metadata.name.unwrap()),
            Ok(WatchEvent::Modified(object)) => format!("~{}", object.metadata.name.unwrap()),
            Ok(WatchEvent::Deleted(object)) => format!("-{}", object.metadata.name.unwrap()),
            Ok(WatchEvent::Bookmark(mark)) => format!("@{}", mark.metadata.resource_version),
            Ok(WatchEvent::Error(status)) => format!("!{}", status.code),
            Err(error) => panic!("{error}"),
        })
        .boxed()
}

async fn next(stream: &mut BoxStream<'static, String>) -> Option<String> {
    timeout(Duration::from_secs(1), stream.next())
        .await
        .unwrap_or_else(|_| Some("silence".into()))
}

#[tokio::test(start_paused = true)]
async fn a_watch_tells_every_change_after_its_revision_in_order() {
    let server = server();
    let mut from_here = watch(&server, WatchParams::default(), &server.revision().to_string()).await;
    create(&server, "a").await;
    server
        .merge::<ProtectionGroup>("shop", "a", &json!({ "spec": { "suspend": true } }))
        .unwrap();
    server.delete::<ProtectionGroup>("shop", "a").unwrap();
    create(&server, "b").await;
    for expected in ["+a", "~a", "-a", "+b", "silence"] {
        assert_eq!(next(&mut from_here).await.as_deref(), Some(expected));
    }
    let mut from_now = watch(&server, WatchParams::default(), "0").await;
    assert_eq!(next(&mut from_now).await.as_deref(), Some("+b"));
}

#[tokio::test(start_paused = true)]
async fn a_selector_turns_changes_into_comings_and_goings() {
    let server = server();
    let selected = WatchParams::default().labels("tier=db");
    let mut stream = watch(&server, selected, &server.revision().to_string()).await;
    create(&server, "a").await;
    let label = |tier| json!({ "metadata": { "labels": { "tier": tier } } });
    for patch in [
        label(json!("db")),
        label(json!("web")),
        label(json!("db")),
        label(json!(null)),
    ] {
        server.merge::<ProtectionGroup>("shop", "a", &patch).unwrap();
    }
    for expected in ["+a", "-a", "+a", "-a", "silence"] {
        assert_eq!(next(&mut stream).await.as_deref(), Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_from_before_a_compaction_says_so_and_ends() {
    let server = server();
    let old = server.revision().to_string();
    create(&server, "a").await;
    create(&server, "b").await;
    let mut open = watch(&server, WatchParams::default(), &old).await;
    server.compact(server.revision());
    assert_eq!(next(&mut open).await.as_deref(), Some("+a"), "one that is open goes on");
    let mut late = watch(&server, WatchParams::default(), &old).await;
    assert_eq!(next(&mut late).await.as_deref(), Some("!410"));
    assert_eq!(next(&mut late).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_after_its_time_with_a_bookmark_before() {
    let server = server();
    let began = Instant::now();
    let params = WatchParams::default().timeout(90);
    let mut stream = groups(&server)
        .watch(&params, &server.revision().to_string())
        .await
        .unwrap()
        .boxed();
    let mut seen = Vec::new();
    while let Some(event) = stream.next().await {
        assert!(matches!(event, Ok(WatchEvent::Bookmark(_))));
        seen.push(began.elapsed().as_secs());
    }
    assert_eq!((seen, began.elapsed().as_secs()), (vec![60, 88], 90));
}

#[tokio::test(start_paused = true)]
async fn watches_can_be_frozen_closed_late_and_fed_twice() {
    let server = server();
    let from = server.revision().to_string();
    let mut stream = watch(&server, WatchParams::default(), &from).await;
    assert_eq!(server.freeze_watches(|call| call.resource == "protectiongroups"), 1);
    create(&server, "a").await;
    assert_eq!(next(&mut stream).await.as_deref(), Some("silence"));
    server.thaw_watches(|_| true);
    assert_eq!(next(&mut stream).await.as_deref(), Some("+a"));

    server.on_event(|event| match event.name.as_str() {
        "twice" => EventFate::Twice,
        "hidden" if event.kind == "ADDED" => EventFate::Hide,
        "late" => EventFate::Delay(Duration::from_secs(5)),
        _ => EventFate::Pass,
    });
    for name in ["twice", "hidden", "late"] {
        create(&server, name).await;
    }
    server
        .merge::<ProtectionGroup>("shop", "hidden", &json!({ "spec": { "suspend": true } }))
        .unwrap();
    for expected in ["+twice", "+twice", "silence"] {
        assert_eq!(next(&mut stream).await.as_deref(), Some(expected));
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    for expected in ["+late", "+hidden"] {
        assert_eq!(next(&mut stream).await.as_deref(), Some(expected));
    }
    server.close_watches(|_| true);
    assert_eq!(next(&mut stream).await, None);
    drop(stream);
    assert!(server.watches().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_watch_can_go_back_in_time() {
    let server = server();
    create(&server, "a").await;
    let old = server.revision();
    server.delete::<ProtectionGroup>("shop", "a").unwrap();
    server.on_request(move |_| Fate::AsOf(old - 1));
    let mut stream = watch(&server, WatchParams::default(), &server.revision().to_string()).await;
    assert_eq!(next(&mut stream).await.as_deref(), Some("+a"));
    assert_eq!(next(&mut stream).await.as_deref(), Some("-a"));
    let closing = WatchFate {
        expire_after: Some(0),
        ..WatchFate::default()
    };
    server.on_request(move |_| Fate::Watch(closing));
    let mut stream = watch(&server, WatchParams::default(), "0").await;
    assert_eq!(next(&mut stream).await.as_deref(), Some("!410"));
}

#[tokio::test(start_paused = true)]
async fn the_watcher_of_kube_lists_watches_and_starts_again_after_a_restore() {
    let server = server();
    create(&server, "a").await;
    let snapshot = server.snapshot();
    let mut stream = watcher(groups(&server), watcher::Config::default().timeout(60)).boxed();
    let mut until = async |wanted: &str| {
        loop {
            let seen = match timeout(Duration::from_secs(600), stream.next()).await.unwrap().unwrap() {
                Ok(watcher::Event::InitApply(object)) => format!("={}", object.metadata.name.unwrap()),
                Ok(watcher::Event::Apply(object)) => format!("+{}", object.metadata.name.unwrap()),
                Ok(watcher::Event::Delete(object)) => format!("-{}", object.metadata.name.unwrap()),
                Ok(_) => continue,
                Err(_) => "error".into(),
            };
            if seen == wanted {
                return;
            }
        }
    };
    until("=a").await;
    create(&server, "b").await;
    until("+b").await;
    server.restore(&snapshot);
    assert!(server.get::<ProtectionGroup>("shop", "b").is_none());
    until("error").await;
    create(&server, "c").await;
    create(&server, "d").await;
    until("+d").await;
}
