//! How long a word of OCP may be: a name, a status, a time. What is longer is no such word.
//! It must not cut one: a cut name is another name.

use super::{Cluster, Subtask, Task, Tenant};

/// The longest word, in bytes. Names have up to 128 characters, which may be of several bytes.
pub(crate) const WORD: usize = 512;

/// Something that has words of OCP.
pub(crate) trait Words {
    /// Each, with its field's name.
    fn words(&self) -> Vec<(&'static str, Option<&str>)>;

    /// Why it cannot be what it says: the first word that is too long.
    fn too_long(&self) -> Option<String> {
        let words = self.words().into_iter();
        let (field, bytes) = words
            .filter_map(|(field, word)| Some((field, word?.len())))
            .find(|(_, bytes)| *bytes > WORD)?;
        Some(format!("{field} has {bytes} bytes where at most {WORD} are expected"))
    }

    /// How many bytes are kept of it.
    fn kept(&self) -> usize {
        let words = self.words().into_iter();
        words.filter_map(|(_, word)| Some(word?.len())).sum()
    }
}

/// An entry of a list.
pub(crate) trait Entry: Words {
    /// Its id.
    fn id(&self) -> Option<i64>;
}

macro_rules! words {
    ($kind:ty: $($field:ident)*) => {
        impl Words for $kind {
            fn words(&self) -> Vec<(&'static str, Option<&str>)> {
                vec![$((stringify!($field), self.$field.as_deref())),*]
            }
        }

        impl Entry for $kind {
            fn id(&self) -> Option<i64> {
                self.id
            }
        }
    };
}

words!(Cluster: name status ob_version);
words!(Tenant: name cluster_name status create_time);
words!(Subtask: name description status operation executor create_time start_time finish_time);
words!(Task: name status kind operation creator executor create_time start_time finish_time);
