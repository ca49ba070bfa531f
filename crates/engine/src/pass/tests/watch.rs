//! How closely an object was watched, as a pass tells it to the decision and to the last look.
//! It must not judge what a change means.

use super::scene::*;
use super::*;
use crate::Observation;
use jiff::SignedDuration;

fn described(text: Option<&str>) -> Observation {
    let Sight::Seen(mut seen) = seen() else { unreachable!() };
    seen.description = text.map(str::to_owned);
    seen
}

#[test]
fn a_description_is_the_same_only_where_it_is_seen_twice() {
    let Pass::Reports(at) = decided(known(), vec![]) else {
        panic!("at rest nothing is done");
    };
    for (before, after, same) in [
        (Some("a"), Some("a"), true),
        (Some("a"), Some("b"), false),
        (Some("a"), None, false),
        (None, Some("a"), false),
        (None, None, false),
    ] {
        let mut reading = at.reading().clone();
        let (first, second) = (described(before), described(after));
        reading.moment.watched = vec![Watched::of(&first, now())];
        reading.seen.sight = Sight::Seen(second.clone());
        let decides = reading.with_input(&env(), |input| input.watch);
        assert_eq!(decides.same_description, same, "{before:?} {after:?}");
        // The last look compares with what was decided upon.
        reading.seen.sight = Sight::Seen(first);
        let later = SignedDuration::from_secs(5);
        let looks = reading.watch_until(&env(), &second, now() + later);
        assert_eq!(
            (looks.same_description, looks.gap),
            (same, Some(later)),
            "{before:?} {after:?}"
        );
        let put_back = reading.watch_until(&env(), &second, now() - later);
        assert_eq!(put_back.gap, None, "a clock that was put back tells nothing");
    }
}
