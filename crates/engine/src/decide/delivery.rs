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
    match group.generation.saturating_sub(judged) {
        0 | 1 => return Delivery::Complete(&[]),
        // The object went back.
        ..0 => return Delivery::Missed,
        _ => {}
    }
    let until = |generation| group.edits.partition_point(|edit| edit.generation < generation);
    let between = &group.edits[until(judged + 1)..until(group.generation)];
    let complete = (judged + 1..group.generation).eq(between.iter().map(|edit| edit.generation));
    match group.edits.last() {
        _ if complete => Delivery::Complete(between),
        Some(last) if last.generation < group.generation => Delivery::Awaited,
        _ => Delivery::Missed,
    }
}
