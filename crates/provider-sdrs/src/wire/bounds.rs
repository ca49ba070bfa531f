//! How long a word of the provider may be: an id, a status, a time. What is longer is no such word.
//! It must not cut one: a cut id is another id.

use super::{FailureJob, Group, Instance, Job, Pair};

/// The longest word, in bytes. Ids have 36, times up to 30.
pub(crate) const WORD: usize = 128;

/// Something that has words of the provider.
pub(crate) trait Words {
    /// Each, with its field's name.
    fn words(&self) -> Vec<(&'static str, Option<&str>)>;

    /// Why it cannot be what it says: the first word that is too long.
    fn too_long(&self) -> Option<String> {
        let words = self.words();
        let mut words = words.into_iter();
        let (field, _) = words.find(|(_, word)| word.is_some_and(|word| word.len() > WORD))?;
        Some(format!(
            "{field} has more than the {WORD} bytes that are expected at most"
        ))
    }

    /// How many bytes are kept of it.
    fn kept(&self) -> usize {
        self.words()
            .iter()
            .filter_map(|(_, word)| Some(word.as_ref()?.len()))
            .sum()
    }
}

/// An entry of a list.
pub(crate) trait Entry: Words {
    /// Its id.
    fn id(&self) -> Option<&str>;

    /// The group that it belongs to, where it is no group.
    fn group(&self) -> Option<&str> {
        None
    }
}

macro_rules! words {
    ($kind:ty: $($field:ident)*) => {
        impl Words for $kind {
            fn words(&self) -> Vec<(&'static str, Option<&str>)> {
                vec![$((stringify!($field), self.$field.as_deref())),*]
            }
        }
    };
}

words!(Group: id status priority_station source_availability_zone target_availability_zone replication_status updated_at);
words!(Instance: id name server_group_id status priority_station source_server target_server);
words!(Pair: id name server_group_id status replication_status priority_station fault_level);
words!(FailureJob: resource_id failure_status job_id job_type begin_time error_code);
words!(Job: job_id job_type status begin_time end_time error_code);

impl Entry for Group {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Entry for Instance {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn group(&self) -> Option<&str> {
        self.server_group_id.as_deref()
    }
}

impl Entry for Pair {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn group(&self) -> Option<&str> {
        self.server_group_id.as_deref()
    }
}

impl Entry for FailureJob {
    fn id(&self) -> Option<&str> {
        self.job_id.as_deref()
    }
}
