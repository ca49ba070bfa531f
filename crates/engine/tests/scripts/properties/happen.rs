//! What an act of a random life does to the stage.
//! It must not choose acts; `acts` does.

use super::acts::Act;
use crate::stage::Stage;
use crate::stage::provider::{At, LINKED};
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::{OperationType, Reason, Request, Token};

impl Act {
    /// Lets it happen. What a person asked for is told by the witness, not here.
    pub fn happen(&self, stage: &mut Stage) {
        match self {
            Act::Pass => drop(stage.pass()),
            Act::Later(seconds) => {
                stage.sleep(*seconds);
                stage.pass();
            }
            Act::Intent(station) => match stage.shown_token() {
                Some(token) => stage.intent(station, token.as_str()),
                None => stage.intent_without_token(station),
            },
            Act::IntentOld(station, token) => stage.intent(station, &old_token(stage, *token)),
            Act::IntentWithoutToken(station) => stage.intent_without_token(station),
            Act::Withdraw => stage.withdraw(),
            Act::Revert(revision) => stage.revert(revision % stage.revisions.len()),
            Act::Suspend(suspend) => stage.suspend(*suspend),
            Act::File(operation, station) => drop(stage.file(*operation, station)),
            Act::FileOld(operation, station, token) => {
                let token = Token::quoted(old_token(stage, *token));
                stage.file_with(*operation, station, |r| r.token = Some(token));
            }
            Act::FileFitting(forced) => {
                let active = stage.provider.station;
                let (operation, target) = match stage.provider.at {
                    At::Protected | At::Working(_) if *forced => (OperationType::Failover, active.other()),
                    At::FailedOver | LINKED | At::Error(OperationType::Reprotect) => (OperationType::Reprotect, active),
                    At::Available | At::Error(OperationType::EnableProtection) => {
                        (OperationType::EnableProtection, active)
                    }
                    At::Error(_) | At::Half(_) | At::Moved(_) => (OperationType::Failover, active.other()),
                    At::Protected | At::Working(_) => (OperationType::DisableProtection, active),
                };
                stage.file(operation, target.as_str());
            }
            Act::IntentAway => {
                let away = stage.provider.station.other().as_str();
                Act::Intent(away).happen(stage);
            }
            Act::Replay(index) => replay(stage, *index),
            Act::Delete(index) => {
                if !stage.requests.is_empty() {
                    let name = stage.requests[index % stage.requests.len()].name.clone();
                    stage.delete(&name);
                }
            }
            Act::LoseStatuses => {
                stage.requests.iter_mut().for_each(|r| r.ended = false);
                stage.decisions.iter_mut().for_each(|a| a.ended = false);
            }
            Act::Answer(action) => drop(stage.answer(*action)),
            Act::Recreate => stage.recreate_group(),
            Act::LoseLedger => stage.ledger = None,
            Act::Flip => stage.console_flip(),
            Act::Console(at) => stage.provider.foreign(*at),
            Act::Servers(servers) => stage.servers(*servers),
            Act::Unseen(unseen) => stage.provider.unseen = unseen.then_some((Reason::ProviderUnreachable, "no route")),
            Act::Word(odd) => stage.provider.word = odd.then(|| "pondering".to_owned()),
            Act::Disguise(shown) => stage.provider.disguise = *shown,
            Act::Luck(mishap) => stage.luck(mishap.clone()),
            Act::Fate(fate) => stage.fate(*fate),
            Act::Provider { finds_jobs, bounded } => {
                stage.provider.variant().finds_jobs = *finds_jobs;
                stage.provider.variant().dead_time_seconds = bounded.then_some(DEAD_SECONDS);
            }
            Act::Die(points) => stage.dies_at = Some(stage.points.len() + points),
        }
    }
}

fn old_token(stage: &Stage, index: usize) -> String {
    format!("t{}", index % (stage.issued() + 1))
}

/// An object of a name that existed is there again: without status, under a new uid.
fn replay(stage: &mut Stage, index: usize) {
    if stage.filed.is_empty() {
        return;
    }
    let mut object: Request = stage.filed[index % stage.filed.len()].clone();
    stage.delete(&object.name);
    object.uid = format!("{}-again-{}", object.uid, stage.requests.len() + stage.points.len());
    object.group_uid = stage.group.uid.clone();
    object.ended = false;
    stage.requests.push(object);
}
