//! What a person has asked for, as a witness at the scene would put it down; and whether a call can be justified by it.
//! It must not ask the engine anything: it knows statuses, the tokens in the ledger, and what happened at the provider.

use super::scene::{Begun, Standing};
use super::state::{OBJECT, STARTING_DEADLINE};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::ledger::{Ending, Ledger};
use stationmaster_engine::{CallRequest, Intent, OperationType, Request, Station, Token};
use stationmaster_provider_proof::plan::{PERSON_AGREES, Place, SERVERS_STOPPED};
use stationmaster_provider_proof::{Entry, Servers, World};
use std::collections::{BTreeMap, BTreeSet};

/// The notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Witness {
    /// What the group's spec asks for, if a person who saw the present state asked for it, and nothing has touched it since.
    asked: Option<Asked>,
    /// What people filed.
    filed: BTreeMap<String, Filed>,
    /// The operations that have begun.
    begun: BTreeMap<String, Begun>,
    /// The operations that have a result.
    ended: BTreeSet<String>,
    /// The questions that a person answered with yes: operation and step.
    agreed: BTreeSet<(String, String)>,
    /// The state of the provider's object for which a token stands.
    stands: BTreeMap<Token, Standing>,
    /// What could not be justified.
    pub wrong: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asked {
    station: Station,
    token: Token,
    /// Until when it may start: counted from when the operator saw it first.
    until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Filed {
    operation: OperationType,
    target: Option<Station>,
    token: Option<Token>,
    not_after: Option<Timestamp>,
    /// Nobody has taken it back, and it has not been carried out.
    open: bool,
    /// Something has happened since after which a new order must be filed.
    void: bool,
    /// The planned failover for whose end it waits, and the state in which that one ended.
    behind: Option<(String, Option<Standing>)>,
}

impl Witness {
    /// The spec changed. `asks`: a person asks for it now, having seen the present token; else it is only text.
    pub fn spec_changed(&mut self, intent: Option<&Intent>, asks: bool, ledger: Option<&Ledger>) {
        self.asked = None;
        let Some(Intent {
            station,
            token: Some(token),
        }) = intent.filter(|_| asks)
        else {
            return;
        };
        if ledger.is_some_and(|l| l.token.as_ref() == Some(token)) {
            self.asked = Some(Asked {
                station: *station,
                token: token.clone(),
                until: None,
            });
        }
    }

    /// Nobody's intent stands any more: a person moved production by hand, or the group is another one.
    pub fn nothing_is_asked(&mut self) {
        self.asked = None;
    }

    /// A person files an operation. `present`: what is quoted is what the ledger holds.
    pub fn files(&mut self, request: &Request, behind: Option<String>, present: bool) {
        let filed = Filed {
            operation: request.operation,
            target: request.target,
            token: request.token.clone(),
            not_after: request.not_after,
            open: true,
            void: !present,
            behind: behind.map(|name| (name, None)),
        };
        self.filed.insert(request.name.clone(), filed);
    }

    /// The store was put back to when this operation was there: it is asked for again, unless a call of it was carried out.
    pub fn is_put_back(&mut self, name: &str) {
        let called = self.begun.get(name).is_some_and(|b| !b.calls.is_empty());
        if let Some(filed) = self.filed.get_mut(name) {
            filed.open |= !called;
        }
    }

    /// Something has happened after which nobody need carry out what was filed before: whoever still wants it files it anew.
    pub fn orders_are_void(&mut self) {
        self.filed.values_mut().for_each(|filed| filed.void = true);
    }

    /// Whether this order must be carried out when nothing stands in its way: a person asked for it, and the state is what that person saw.
    pub fn stands_behind(&self, request: &Request, world: &World, now: Timestamp) -> bool {
        let Some(filed) = self.filed.get(&request.name) else {
            return false;
        };
        let in_time = filed.not_after.is_some_and(|until| now < until);
        let state = Standing::of(world);
        let seen = request.token.as_ref().and_then(|t| self.stands.get(t)) == state.as_ref();
        filed.open && !filed.void && filed.behind.is_none() && in_time && seen
    }

    /// A person answers the question of an operation's step with yes.
    pub fn agrees(&mut self, operation: &str, step: &str) {
        self.agreed.insert((operation.to_owned(), step.to_owned()));
    }

    /// A person takes an operation back: a filed one, or the operator's own, which is the intent's.
    pub fn takes_back(&mut self, name: &str) {
        match self.filed.get_mut(name) {
            Some(filed) => filed.open = false,
            None => self.asked = None,
        }
    }

    /// The operator looks: the time of an intent begins.
    pub fn operator_looks(&mut self, now: Timestamp) {
        if let Some(asked) = &mut self.asked {
            let until = now + SignedDuration::from_secs(i64::from(STARTING_DEADLINE));
            asked.until.get_or_insert(until);
        }
    }

    /// The ledger was written: a new token stands for the state of now, and so does the old one at the end of an operation that leaves it.
    pub fn ledger_written(&mut self, before: Option<&Ledger>, after: &Ledger, world: &World) {
        let last = after.completed.last().filter(|v| v.started_at.is_some());
        let Some(standing) = Standing::of(world) else { return };
        if let Some(last) = last.filter(|v| self.ended.insert(v.name.clone())) {
            for (behind, end) in self.filed.values_mut().filter_map(|f| f.behind.as_mut()) {
                if *behind == last.name {
                    *end = Some(standing.clone());
                }
            }
        }
        let Some(token) = &after.token else { return };
        let new = before.is_none_or(|b| b.token.as_ref() != Some(token));
        let ended = after.completed.last().filter(|v| {
            let before = before.map(|b| b.completed.len()).unwrap_or_default();
            after.completed.len() > before && !v.kind.moves_production() && v.ending == Ending::Succeeded
        });
        if ended.is_some() {
            self.stands.insert(token.clone(), standing);
        } else if new {
            self.stands.entry(token.clone()).or_insert(standing);
        }
    }

    /// Whether a call that is about to leave can be justified.
    pub fn judges(&mut self, call: &CallRequest, token: &Token, world: &World, now: Timestamp) {
        let wrong = self.objection(call, token, world, now);
        self.wrong = self.wrong.or(wrong);
        self.begun.entry(call.operation_name.clone()).or_insert(Begun {
            operation: call.operation,
            target: call.target,
            calls: Vec::new(),
        });
    }

    fn objection(&self, call: &CallRequest, token: &Token, world: &World, now: Timestamp) -> Option<&'static str> {
        if self.ended.contains(&call.operation_name) {
            return Some("a call is made for an operation that has ended");
        }
        if Place::of(&call.action) == Place::After {
            // It moves nothing. That production runs there may be another's doing, of which the call before is in doubt.
            let there = world.object(OBJECT).is_some_and(|o| o.station == call.target);
            return (!there).then_some("a move is confirmed that was not made, or was undone");
        }
        let begun = self.begun.get(&call.operation_name);
        if let Some(begun) = begun.filter(|begun| !begun.calls.is_empty()) {
            return begun.objection(call, world);
        }
        if call.operation == OperationType::PlannedFailover {
            let Some(asked) = &self.asked else {
                return Some("production is moved though nobody asks for it");
            };
            if asked.station != call.target || asked.token != *token {
                return Some("production is moved to another station than was asked for");
            }
            if asked.until.is_some_and(|until| now >= until) {
                return Some("production is moved for an intent whose time is over");
            }
        } else {
            let Some(filed) = self.filed.get(&call.operation_name) else {
                return Some("an operation is carried out that nobody filed");
            };
            if filed.operation != call.operation || filed.target != Some(call.target) {
                return Some("an operation is carried out otherwise than it was filed");
            }
            if !filed.open {
                return Some("an operation is carried out that was taken back or has run before");
            }
            if filed.not_after.is_some_and(|until| now >= until) {
                return Some("an operation is carried out after its time");
            }
        }
        let question = match call.operation {
            OperationType::PlannedFailover => world
                .object(OBJECT)
                .filter(|o| o.servers == Servers::CannotTell)
                .map(|_| SERVERS_STOPPED),
            _ => Some(PERSON_AGREES).filter(|_| world.variant.person),
        };
        let agreed = |step: &str| self.agreed.contains(&(call.operation_name.clone(), step.to_owned()));
        if question.is_some_and(|step| !agreed(step)) {
            return Some("a call leaves though the person who is asked has not said yes");
        }
        let moves = call.operation.moves_production();
        let behind = self.filed.get(&call.operation_name).and_then(|f| f.behind.as_ref());
        let stands = match behind {
            Some((_, end)) => end.as_ref(),
            None => self.stands.get(token),
        };
        if moves && stands != Standing::of(world).as_ref() {
            return Some("production is moved though the state is not the one that the token stands for");
        }
        None
    }

    /// The provider carried a call out.
    pub fn done(&mut self, entry: &Entry) {
        if let Some(begun) = self.begun.get_mut(&entry.by) {
            if begun.calls.contains(&entry.action) {
                self.wrong = self.wrong.or(Some("a call is carried out again"));
            }
            begun.calls.push(entry.action.clone());
        }
        match self.filed.get_mut(&entry.by) {
            Some(filed) => {
                filed.open = false;
                let stays = filed.target.map(Station::other);
                if entry.overwrites.is_some() && entry.overwrites != stays {
                    self.wrong = self.wrong.or(Some("a side is overwritten that nobody told it to"));
                }
            }
            None if entry.overwrites.is_some() => {
                self.wrong = self.wrong.or(Some("a side is overwritten that nobody told it to"));
            }
            None => self.asked = None,
        }
        if entry.operation.moves_production() {
            self.asked = None;
        }
    }

    /// Where a person wants production, if an intent stands that the ledger can know as one of now.
    pub fn wants(&self, token: Option<&Token>) -> Option<Station> {
        let asked = self.asked.as_ref()?;
        (Some(&asked.token) == token).then_some(asked.station)
    }

    /// Whether the state is still the one that the token stands for.
    pub fn still(&self, token: &Token, world: &World) -> bool {
        self.stands.get(token) == Standing::of(world).as_ref()
    }
}
