//! Has the watch delivered every edit of the spec since the last one that was judged?
//! It must not judge an edit: it only says which there were.

use crate::{Edit, Group};

/// What is known of the edits since the last one that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery<'a> {
    /// All are known: those before the present spec, oldest first.
    Complete(&'a [Edit]),
    /// The group that was read is ahead of the watch: the edits in between are on their way.
    Awaited,
    /// Some were never delivered, and will not be.
    Missed,
}

/// The edits after generation `judged`, up to the present one.
pub(super) fn since(group: &Group, judged: i64) -> Delivery<'_> {
    let gap = group.generation.saturating_sub(judged);
    if (0..=1).contains(&gap) {
        return Delivery::Complete(&[]);
    }
    let between = |edit: &Edit| (judged + 1..group.generation).contains(&edit.generation);
    let first = group.edits.iter().position(between).unwrap_or(0);
    let known: &[Edit] = group.edits.get(first..).unwrap_or_default();
    let known = &known[..known.iter().take_while(|edit| between(edit)).count()];
    let consecutive = (judged + 1..group.generation).eq(known.iter().map(|edit| edit.generation));
    match group.edits.last() {
        _ if gap > 1 && consecutive => Delivery::Complete(known),
        Some(last) if gap > 1 && last.generation < group.generation => Delivery::Awaited,
        _ => Delivery::Missed,
    }
}
