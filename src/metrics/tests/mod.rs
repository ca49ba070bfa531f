//! The metrics as a scraper reads them.
//! They must not read a metric but by its text.

mod sample;

use super::*;
use jiff::Timestamp;
use sample::*;

#[test]
fn the_text_is_sound_empty_and_full() {
    assert!(!read(&Metrics::new()).is_empty());
    assert!(read(&everything()).len() > 150);
}

#[test]
fn a_group_is_shown_as_it_stands() {
    let metrics = everything();
    let db = [("namespace", "shop"), ("name", "db")];
    assert_eq!(
        words(&metrics, "stationmaster_protection_group_info", "group_id")[0],
        "40df\"\\\n",
        "escaped and read back"
    );
    assert_eq!(
        values(&metrics, "stationmaster_protection_group_active_station", &db),
        [1.0]
    );
    assert_eq!(
        values(
            &metrics,
            "stationmaster_protection_group_condition",
            &[db[0], db[1], ("type", "Ready"), ("status", "True")]
        ),
        [1.0]
    );
    assert_eq!(
        values(
            &metrics,
            "stationmaster_protection_group_last_observed_timestamp_seconds",
            &db
        ),
        [1_700_000_100.0]
    );
    assert_eq!(
        values(&metrics, "stationmaster_protection_group_replication_lag_seconds", &db),
        [3.0]
    );
    assert_eq!(
        values(
            &metrics,
            "stationmaster_operation_in_progress",
            &[db[0], db[1], ("type", "PlannedFailover")]
        ),
        [1.0]
    );
    assert_eq!(
        values(&metrics, "stationmaster_operation_start_timestamp_seconds", &db),
        [1_700_000_000.0]
    );
    assert_eq!(values(&metrics, "stationmaster_operation_progress_ratio", &db), [0.4]);
}

#[test]
fn a_state_set_shows_the_present_state_alone() {
    let metrics = Metrics::new();
    metrics.group(&sample());
    let conditions = vec![("Stalled", "True"), ("Ready", "False")];
    metrics.group(&GroupSample {
        active: "Mixed",
        desired: None,
        conditions,
        ready_reason: Some("JobFailed"),
        operation: None,
        ..sample()
    });
    assert_eq!(
        words(&metrics, "stationmaster_protection_group_active_station", "station"),
        ["Mixed"]
    );
    assert!(words(&metrics, "stationmaster_protection_group_desired_station", "station").is_empty());
    assert_eq!(
        words(&metrics, "stationmaster_protection_group_condition", "type"),
        ["Stalled", "Ready"]
    );
    assert_eq!(
        words(&metrics, "stationmaster_protection_group_ready_reason", "reason"),
        ["JobFailed"]
    );
    assert!(values(&metrics, "stationmaster_operation_in_progress", &[]).is_empty());
    let groups = read(&metrics)
        .iter()
        .filter(|s| s.name.starts_with("stationmaster_protection_group"))
        .count();
    metrics.forget_group("shop", "db");
    assert!(groups > 5);
    assert!(!metrics.encode().contains("name=\"db\""));
}

#[test]
fn a_look_is_remembered_when_a_report_knows_none() {
    let metrics = Metrics::new();
    let name = "stationmaster_protection_group_last_observed_timestamp_seconds";
    metrics.group_observed("shop", "db", Timestamp::from_second(5).unwrap());
    assert!(
        values(&metrics, name, &[]).is_empty(),
        "a group that is not shown is not observed"
    );
    metrics.group(&sample());
    metrics.group_observed("shop", "db", Timestamp::from_second(1_700_000_200).unwrap());
    metrics.group(&GroupSample {
        observed_at: None,
        ..sample()
    });
    assert_eq!(values(&metrics, name, &[]), [1_700_000_200.0]);
}

#[test]
fn whoever_watches_a_counter_sees_the_first_failure() {
    let metrics = Metrics::new();
    metrics.group(&sample());
    metrics.expect_controller("protectiongroup", 16);
    let failed = [
        ("namespace", "shop"),
        ("provider", "sdrs"),
        ("type", "Failover"),
        ("result", "Failed"),
    ];
    assert_eq!(values(&metrics, "stationmaster_operations_total", &failed), [0.0]);
    assert_eq!(
        values(&metrics, "controller_runtime_reconcile_errors_total", &[]),
        [0.0]
    );
    assert_eq!(values(&metrics, "controller_runtime_reconcile_total", &[]), [0.0; 4]);
    assert_eq!(values(&metrics, "stationmaster_ledger_writes_total", &[]), [0.0; 3]);
    assert_eq!(values(&metrics, "stationmaster_operations_total", &[]).len(), 30);

    let metrics = everything();
    assert_eq!(values(&metrics, "stationmaster_operations_total", &failed), [1.0]);
    assert_eq!(
        values(
            &metrics,
            "stationmaster_operation_duration_seconds_sum",
            &[("result", "Failed")]
        ),
        [61.0]
    );
}

#[test]
fn a_connection_goes_with_all_it_had() {
    let metrics = everything();
    metrics.provider_up("other", "otc", false);
    let ok = [
        ("namespace", "shop"),
        ("connection", "otc"),
        ("operation", "list_groups"),
        ("code", "200"),
    ];
    assert_eq!(values(&metrics, "stationmaster_provider_requests_total", &ok), [2.0]);
    assert_eq!(
        values(
            &metrics,
            "stationmaster_provider_requests_total",
            &[("code", "timeout")]
        ),
        [1.0]
    );
    assert_eq!(
        values(&metrics, "stationmaster_provider_request_duration_seconds_count", &[]),
        [3.0]
    );
    assert_eq!(
        values(&metrics, "stationmaster_provider_up", &[("namespace", "shop")]),
        [1.0]
    );
    metrics.forget_provider("shop", "otc");
    assert_eq!(words(&metrics, "stationmaster_provider_up", "namespace"), ["other"]);
    assert!(values(&metrics, "stationmaster_provider_requests_total", &[]).is_empty());
}

#[test]
fn names_that_dashboards_know_are_there() {
    let metrics = everything();
    let pass = [("controller", "protectiongroup")];
    assert_eq!(
        values(
            &metrics,
            "controller_runtime_reconcile_total",
            &[pass[0], ("result", "success")]
        ),
        [1.0]
    );
    assert_eq!(
        values(&metrics, "controller_runtime_reconcile_time_seconds_count", &pass),
        [2.0]
    );
    assert_eq!(
        values(&metrics, "controller_runtime_max_concurrent_reconciles", &pass),
        [16.0]
    );
    assert_eq!(
        values(&metrics, "leader_election_master_status", &[("name", "stationmaster")]),
        [1.0]
    );
    let get = [
        ("method", "GET"),
        ("verb", "get"),
        ("resource", "secrets"),
        ("host", "10.0.0.1:443"),
    ];
    assert_eq!(values(&metrics, "rest_client_requests_total", &get), [1.0, 1.0]);
    assert_eq!(
        values(&metrics, "rest_client_requests_total", &[("code", "<error>")]),
        [1.0]
    );
    metrics.leader("stationmaster", false);
    assert_eq!(values(&metrics, "leader_election_master_status", &[]), [0.0]);
    for name in [
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
        "process_open_fds",
    ] {
        assert_eq!(values(&metrics, name, &[]).len(), 1, "{name}");
    }
    assert_eq!(
        words(&metrics, "stationmaster_build_info", "version"),
        [env!("CARGO_PKG_VERSION")]
    );
}

#[tokio::test(start_paused = true)]
async fn a_cache_ages_until_a_sign_of_life() {
    let metrics = Metrics::new();
    assert_eq!(metrics.oldest_cache(), None);
    metrics.watch_alive("protectiongroups");
    metrics.watch_alive("groupledgers");
    tokio::time::advance(Duration::from_secs(7)).await;
    metrics.watch_alive("groupledgers");
    metrics.watch_error("groupledgers");
    assert_eq!(
        metrics.oldest_cache(),
        Some(("protectiongroups".to_owned(), Duration::from_secs(7)))
    );
    let age = "stationmaster_cache_age_seconds";
    assert_eq!(values(&metrics, age, &[("resource", "protectiongroups")]), [7.0]);
    assert_eq!(
        values(&metrics, age, &[("resource", "groupledgers")]),
        [0.0],
        "an error is no sign of life, nor its end"
    );
    assert_eq!(
        values(
            &metrics,
            "stationmaster_watch_errors_total",
            &[("resource", "groupledgers")]
        ),
        [1.0]
    );
}
