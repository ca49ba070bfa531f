//! A record that holds a journal, read and written.
//! It must not understand it.

use serde_json::{Map, Value};
use stationmaster_engine::Ledger;
use stationmaster_engine::ledger::record::{self, Record, Unreadable};

pub fn read(record: &Map<String, Value>) -> Result<Ledger, Unreadable> {
    match record::read(record)? {
        Record::Journal(ledger) => Ok(*ledger),
        Record::Claim(claim) => panic!("a claim: {claim:?}"),
    }
}

pub fn write(ledger: &Ledger) -> Result<Map<String, Value>, Unreadable> {
    record::write(&Record::from(ledger.clone()))
}
