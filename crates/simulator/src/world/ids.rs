//! Ids in the vendors' forms, without chance: the same calls give the same ids.
//! It must not be used for anything secret.

use jiff::Timestamp;

use crate::scenario::derived_uuid;

/// Makes ids.
#[derive(Debug)]
pub(crate) struct Ids {
    /// Distinguishes loads of a scenario, so that an id of an earlier load is never given again.
    generation: u64,
    next: u64,
}

impl Ids {
    pub(crate) fn new(generation: u64) -> Self {
        Self { generation, next: 0 }
    }

    fn count(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let n = self.count();
        derived_uuid(&format!("{}/{n}", self.generation))
    }

    /// 32 hex digits, as request and token ids.
    pub(crate) fn hex(&mut self) -> String {
        self.uuid().replace('-', "")
    }

    /// A job id in the "uuid.hex" form: host, process, milliseconds, counter (`docs/vendors/sdrs.md#jobs`).
    pub(crate) fn job(&mut self, now: Timestamp) -> String {
        let counter = self.count() & 0xffff;
        let process = 0x62db_92d7_u32.wrapping_add(self.generation as u32);
        format!("00000000{process:08x}{:012x}{counter:04x}", now.as_millisecond().max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_ids_have_the_documented_form() {
        let mut ids = Ids::new(0);
        let now: Timestamp = "2018-04-19T01:55:30.447Z".parse().expect("time");
        let id = ids.job(now);
        assert_eq!(id, "0000000062db92d70162db9d200f0001");
        assert_ne!(ids.job(now), id);
    }

    #[test]
    fn generations_do_not_share_ids() {
        assert_ne!(Ids::new(1).uuid(), Ids::new(2).uuid());
        assert_eq!(Ids::new(1).uuid(), Ids::new(1).uuid());
    }
}
