//! Of a long list only what is wanted is kept, and the list is as whole as it would be otherwise.
//! It must not judge how a list is paged; `listing` does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use bench::{Auth, SimulatorBench};
use stationmaster_provider::Wanted;
use stationmaster_provider::contract::Bench;
use stationmaster_simulator::scenario;
use std::collections::BTreeSet;

#[tokio::test]
async fn what_is_wanted_is_read_as_in_the_whole_list_and_the_rest_is_counted() {
    let bench = SimulatorBench::new(Auth::AccessKey, false).await;
    bench.simulator.load(scenario::many_groups(1200)).unwrap();
    let provider = bench.provider();
    let whole = provider.list().await.unwrap();
    let ids: BTreeSet<String> = whole.keys().step_by(100).cloned().collect();
    for others in [0, 30] {
        // A provider of its own: nothing is remembered from another list.
        let provider = bench.provider();
        let wanted = Wanted::new(ids.clone(), others);
        // Also where the members are listed again, and where they are not.
        for _ in 0..4 {
            let listing = provider.list_wanted(&wanted).await.unwrap();
            assert_eq!(listing.shown, 1200);
            assert_eq!(listing.objects.len(), ids.len() + others);
            for id in &ids {
                assert_eq!(listing.objects.get(id), whole.get(id), "{id} with its members");
            }
        }
        let more = Wanted::new(whole.keys().take(3).cloned().collect(), 0);
        let listing = provider.list_wanted(&more).await.unwrap();
        assert!(
            listing.objects.iter().all(|(id, seen)| whole.get(id) == Some(seen)),
            "asked about later"
        );
        assert_eq!(listing.objects.len(), 3);
    }
}
