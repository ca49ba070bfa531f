//! What will happen, in order of virtual time.
//! It must not make anything happen.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Something that will happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A sub-job ends.
    SubJobEnd { job: String, index: usize },
    /// A job ends.
    JobEnd { job: String },
    /// A pair has caught up.
    SyncEnd { pair: String },
    /// A task engine looks at a task.
    Look { task: u64 },
    /// A held call is delivered.
    Deliver { number: u64 },
}

/// Events by time; events of one instant keep their order.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    next: u64,
    events: BTreeMap<(Timestamp, u64), Event>,
}

impl Agenda {
    pub(crate) fn add(&mut self, due: Timestamp, event: Event) {
        self.next += 1;
        self.events.insert((due, self.next), event);
    }

    /// Takes the first event that is due by then.
    pub(crate) fn next_due(&mut self, until: Timestamp) -> Option<(Timestamp, Event)> {
        let entry = self.events.first_entry()?;
        let (due, _) = *entry.key();
        (due <= until).then(|| (due, entry.remove()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_order_of_time_then_of_adding() {
        let t = |s| Timestamp::from_second(s).expect("in range");
        let mut agenda = Agenda::default();
        for (second, pair) in [(5, "late"), (1, "first"), (1, "second")] {
            agenda.add(t(second), Event::SyncEnd { pair: pair.into() });
        }
        let names: Vec<_> = std::iter::from_fn(|| agenda.next_due(t(4)))
            .map(|(_, event)| match event {
                Event::SyncEnd { pair } => pair,
                _ => unreachable!("only syncs were added"),
            })
            .collect();
        assert_eq!(names, ["first", "second"]);
        assert!(agenda.next_due(t(5)).is_some());
    }
}
