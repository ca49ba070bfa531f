//! Connections as they are made, kept, paced and dropped, in virtual time, against a provider that does as it is told.
//! They must not reach a real server.

mod fake;
mod stage;

use super::lives::KEPT;
use super::*;
use stage::{Manner, Stage, seconds};
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn a_connection_outlives_its_secret_for_ten_minutes_and_says_so() {
    for gone in [404, 500, 503] {
        let stage = Stage::new();
        stage.pass("shop", "otc").await;
        let connection = stage.connection("shop", "otc").unwrap();
        stage.secret(gone);
        let mut kept = 0;
        while stage.connection("shop", "otc").is_ok() {
            stage.pass("shop", "otc").await;
            assert!(
                Arc::ptr_eq(&connection, &stage.connection("shop", "otc").unwrap()),
                "{gone}"
            );
            assert!(connection.is_kept(), "{gone}: and is not what it was");
            assert_eq!(stage.condition("shop", "otc", "Ready").0, "True", "{gone}: it is read");
            let (status, message) = stage.condition("shop", "otc", "CredentialsCurrent");
            assert!(
                status == "False" && message.contains("is kept until"),
                "{gone}: {message}"
            );
            kept += 30;
            sleep(seconds(30)).await;
            if kept >= KEPT.as_secs() {
                stage.pass("shop", "otc").await;
            }
        }
        assert!((600..=660).contains(&kept), "{gone}: {kept} s");
        stage.secret(200);
        stage.pass("shop", "otc").await;
        let (status, _) = stage.condition("shop", "otc", "CredentialsCurrent");
        assert_eq!(status, "", "{gone}: over and out");
        assert!(!stage.connection("shop", "otc").unwrap().is_kept());
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_comes_back_unchanged_leaves_the_connection_as_it_was() {
    let stage = Stage::new();
    stage.pass("shop", "otc").await;
    let connection = stage.connection("shop", "otc").unwrap();
    stage.secret(404);
    stage.pass("shop", "otc").await;
    stage.secret(200);
    stage.pass("shop", "otc").await;
    assert!(Arc::ptr_eq(&connection, &stage.connection("shop", "otc").unwrap()));
    assert!(!connection.is_kept());
    assert_eq!(stage.made(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_forbidden_or_has_changed_is_dropped_at_once() {
    let stage = Stage::new();
    stage.pass("shop", "otc").await;
    stage.secret(403);
    stage.pass("shop", "otc").await;
    assert!(stage.connection("shop", "otc").is_err(), "a 403 is an answer");

    stage.secret(200);
    stage.pass("shop", "otc").await;
    assert!(stage.connection("shop", "otc").is_ok());
    // The new credentials lead to nobody: the old ones are not used meanwhile.
    stage.password("another");
    stage.manner(Manner::Hangs);
    let passing = stage.spawn("shop", "otc");
    sleep(seconds(1)).await;
    assert!(stage.connection("shop", "otc").is_err());
    passing.abort();
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nothing_can_have_is_not_asked_for() {
    let stage = Stage::new();
    stage.provider("shop", "evil", |spec| {
        spec.credentials_secret_ref.name = "x/r1".to_owned()
    });
    stage.pass("shop", "evil").await;
    assert_eq!(
        stage.connection("shop", "evil").err().unwrap().reason,
        Reason::SecretNotFound
    );
    assert!(stage.asked_secrets().is_empty());
}

#[tokio::test(start_paused = true)]
async fn servers_that_answer_nothing_cost_only_their_own_namespace() {
    let stage = Stage::new();
    stage.manner_in("hostile", Manner::Hangs);
    let mut hanging = Vec::new();
    for n in 0..200 {
        let name = format!("tarpit-{n}");
        stage.provider("hostile", &name, |_| {});
        hanging.push(stage.spawn("hostile", &name));
    }
    sleep(seconds(1)).await;
    assert_eq!(stage.hanging(), usize::from(CONCURRENCY) / 4, "a quarter of the places");
    let begun = Instant::now();
    stage.pass("shop", "otc").await;
    assert!(stage.connection("shop", "otc").is_ok());
    assert!(begun.elapsed() < seconds(1), "as if they were not there");
    // Each is given up, and all have their turn.
    sleep(seconds(45 * 8)).await;
    assert!(hanging.iter().all(tokio::task::JoinHandle::is_finished));
    assert_eq!(stage.hanging(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_ever_other_words_is_told_once_and_tried_at_a_growing_pace() {
    for (connected, bound) in [(false, 20), (true, 20)] {
        let stage = Stage::new();
        if connected {
            stage.pass("shop", "otc").await;
        }
        stage.manner(Manner::Fails);
        let before = (stage.asked(), stage.writes(), stage.events());
        let begun = Instant::now();
        while begun.elapsed() < seconds(600) {
            let pause = stage.pass("shop", "otc").await;
            assert!(pause <= seconds(5), "the Secret is read again soon: {pause:?}");
            sleep(pause).await;
        }
        let asked = stage.asked() - before.0;
        assert!((8..=bound).contains(&asked), "{asked} times in ten minutes");
        assert_eq!(
            (stage.writes() - before.1, stage.events() - before.2),
            (1, 1),
            "{connected}"
        );
        // A corrected Secret is used at once, whatever was before.
        stage.manner(Manner::Well);
        stage.password("right");
        stage.pass("shop", "otc").await;
        assert_eq!(stage.condition("shop", "otc", "Ready").0, "True");
    }
}

#[tokio::test(start_paused = true)]
async fn a_forced_order_does_not_wait_for_the_pace() {
    let stage = Stage::new();
    stage.manner(Manner::Fails);
    for _ in 0..12 {
        let pause = stage.pass("shop", "otc").await;
        sleep(pause * 20).await;
    }
    let asked = stage.asked();
    stage.pass("shop", "otc").await;
    sleep(seconds(5)).await;
    stage.pass("shop", "otc").await;
    stage.order("shop", "db", "otc");
    stage.manner(Manner::Well);
    let tried = stage.asked();
    assert!(tried <= asked + 1, "it was paused");
    stage.pass("shop", "otc").await;
    assert!(stage.asked() > tried, "and is tried now");
    assert!(stage.connection("shop", "otc").is_ok());
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_deleted_connection_stays() {
    let stage = Stage::new();
    stage.pass("shop", "otc").await;
    let (held, connection) = (stage.client(), stage.connection("shop", "otc").unwrap());
    drop(connection);
    assert!(stage.shown("connection=\"otc\""));
    // It is deleted while its server is asked.
    stage.manner(Manner::Hangs);
    let passing = stage.spawn("shop", "otc");
    sleep(seconds(1)).await;
    stage.delete("shop", "otc");
    forget(stage.context(), &("shop".to_owned(), "otc".to_owned()));
    sleep(seconds(60)).await;
    assert!(passing.is_finished());
    assert!(stage.context().connections.get("shop", "otc").is_none());
    assert!(!stage.shown("connection=\"otc\""));
    assert_eq!(held.strong_count(), 0, "client and credentials are gone");
}
