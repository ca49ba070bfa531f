//! Places as namespaces get them: shares, turns, and what is kept for emergencies.
//! They must not depend on the order in which tasks happen to run.

use super::*;
use futures::FutureExt;

fn now(places: &Places, namespace: &str, haste: Haste) -> Option<Place> {
    places.take(namespace, "", haste).now_or_never()
}

fn all(places: &Places, namespace: &str, haste: Haste) -> Vec<Place> {
    std::iter::from_fn(|| now(places, namespace, haste)).collect()
}

#[test]
fn one_namespace_never_has_more_than_a_quarter() {
    let places = Places::new(64);
    let hostile = all(&places, "hostile", Haste::Routine);
    assert_eq!(hostile.len(), 16);
    assert!(now(&places, "honest", Haste::Routine).is_some(), "others are served");
    let rest = ["a", "b"].map(|namespace| all(&places, namespace, Haste::Routine));
    assert_eq!(rest.each_ref().map(Vec::len), [16, 16]);
    assert!(now(&places, "honest", Haste::Routine).is_none(), "a quarter is kept");
}

#[test]
fn places_are_kept_for_emergencies_and_shared_out_too() {
    let places = Places::new(64);
    let hostile: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|namespace| all(&places, namespace, Haste::Routine))
        .collect();
    assert_eq!(hostile.iter().map(Vec::len).sum::<usize>(), 48);
    let pretended = all(&places, "a", Haste::Urgent);
    assert_eq!(pretended.len(), 8, "half of what is kept");
    assert_eq!(all(&places, "honest", Haste::Urgent).len(), 8);
}

#[test]
fn few_places_are_shared_by_all() {
    for total in [1, 3] {
        assert_eq!(all(&Places::new(total), "shop", Haste::Routine).len(), total);
    }
    let one = Places::of_one(12, 4);
    let routine = all(&one, "shop", Haste::Routine);
    assert_eq!(routine.len(), 12);
    assert_eq!(all(&one, "shop", Haste::Urgent).len(), 4);
}

#[test]
fn who_waits_is_served_in_turn_by_namespace_and_emergencies_first() {
    let places = Places::new(3);
    let mut taken = all(&places, "other", Haste::Routine);
    let mut waiting: Vec<_> = [
        ("a", Haste::Routine),
        ("a", Haste::Routine),
        ("a", Haste::Routine),
        ("b", Haste::Routine),
        ("c", Haste::Urgent),
    ]
    .into_iter()
    .map(|(namespace, haste)| (namespace, Box::pin(places.take(namespace, "", haste))))
    .collect();
    assert!(
        waiting
            .iter_mut()
            .all(|(_, place)| place.as_mut().now_or_never().is_none())
    );
    let mut served = Vec::new();
    let mut free = taken.pop();
    while !waiting.is_empty() {
        drop(free.take());
        let mut got = Vec::new();
        for (nth, (_, waits)) in waiting.iter_mut().enumerate() {
            got.extend(waits.as_mut().now_or_never().map(|place| (nth, place)));
        }
        assert_eq!(got.len(), 1, "one place, one that has it");
        for (nth, place) in got {
            served.push(waiting.remove(nth).0);
            free = Some(place);
        }
    }
    assert_eq!(served, ["c", "a", "b", "a", "a"]);
    drop((free, taken));
    assert!(lock(&places.0).tenants.is_empty(), "nothing of a tenant stays");
    assert!(lock(&places.0).routine.waiting.is_empty());
}

#[tokio::test]
async fn who_does_not_wait_any_more_takes_no_place() {
    let places = Places::new(1);
    let taken = now(&places, "a", Haste::Routine).unwrap();
    let gone = places.clone();
    let gone = tokio::spawn(async move { gone.take("b", "", Haste::Urgent).await });
    tokio::task::yield_now().await;
    gone.abort();
    assert!(gone.await.is_err());
    let waits = places.clone();
    let waits = tokio::spawn(async move { waits.take("c", "", Haste::Routine).await });
    tokio::task::yield_now().await;
    drop(taken);
    let place = waits.await.unwrap();
    assert!(now(&places, "a", Haste::Urgent).is_none());
    drop(place);
    assert!(now(&places, "a", Haste::Urgent).is_some());
}

#[test]
fn routine_work_keeps_a_little_beside_urgent_work_that_never_ends() {
    let places = Places::of_one(12, 4);
    let mut taken = all(&places, "", Haste::Urgent);
    assert_eq!(taken.len(), 16);
    let mut waiting: Vec<_> = [Haste::Urgent, Haste::Routine, Haste::Routine, Haste::Routine]
        .map(|haste| (haste, Box::pin(places.take("", "", haste))))
        .into();
    assert!(
        waiting
            .iter_mut()
            .all(|(_, waits)| waits.as_mut().now_or_never().is_none())
    );
    let mut served = Vec::new();
    while !waiting.is_empty() {
        // A place that is kept for urgent work goes to nobody else.
        let common = taken.iter().position(|place| !place.kept).unwrap();
        drop(taken.remove(common));
        let mut got = Vec::new();
        for (nth, (haste, waits)) in waiting.iter_mut().enumerate() {
            got.extend(waits.as_mut().now_or_never().map(|place| (nth, *haste, place)));
        }
        for (nth, haste, place) in got {
            served.push(haste);
            drop(waiting.remove(nth));
            // It holds its place: the others get only what the urgent ones give back.
            taken.push(place);
            taken.rotate_right(1);
        }
        taken.sort_by_key(|place| place.haste == Haste::Routine);
    }
    let (urgent, routine) = (Haste::Urgent, Haste::Routine);
    assert_eq!(served, [routine, routine, urgent, routine]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_with_urgent_work_is_told_where_and_at_which_pace_the_line_moves() {
    let places = Places::of_one(1, 0);
    let mut held = now(&places, "", Haste::Urgent);
    let names = ["a", "b", "c", "d"];
    let mut waiting: Vec<_> = names.map(|name| Box::pin(places.take("", name, Haste::Urgent))).into();
    assert!(waiting.iter_mut().all(|waits| waits.as_mut().now_or_never().is_none()));
    let line = |nth, of, per_second| Some(Line { nth, of, per_second });
    assert_eq!(places.line("", "c"), line(3, 4, None));
    assert_eq!(places.line("", "z"), None);
    assert_eq!(places.line("elsewhere", "c"), None);
    // Who gives up does not count.
    drop(waiting.remove(1));
    assert_eq!(places.line("", "c"), line(2, 3, None));
    tokio::time::advance(std::time::Duration::from_millis(500)).await;
    drop(held.take());
    held = waiting.remove(0).now_or_never();
    assert!(held.is_some());
    assert_eq!(places.line("", "c"), line(1, 2, Some(2.0)));
    assert_eq!(places.line("", "a"), None, "it has its turn");
}
