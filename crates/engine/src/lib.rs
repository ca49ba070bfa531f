//! The pure core of Stationmaster: reads an intent, keeps the ledger, decides the next act, explains it.
//! It must not do I/O, read a clock, make random numbers, or know Kubernetes, HTTP or any provider's words.
//!
//! The rule for every decision is in one module. The modules stand in layers: each one uses only modules above it in this table, and the files
//! inside a module form no circle either.
//!
//! | question | module |
//! | --- | --- |
//! | what is everything said in? | [`text`], [`words`], [`reason`], [`risk`], [`plan`], [`job`], [`observation`] |
//! | what is remembered? | [`ledger`] |
//! | what stands under the names of a group's objects? | [`held`] |
//! | what is asked of a provider, and what came of it? | [`call`] |
//! | what may a decision depend on? | [`input`] |
//! | did a call without an answer happen? | [`evidence`] |
//! | what becomes of a call's answer? | [`journal`] |
//! | how soon is it looked at again, and how long borne with? | [`pace`] |
//! | what must be read before deciding? | [`look`] |
//! | may it begin, be recorded, be sent; is it offered? | [`gate`] |
//! | whose group is it, has the world changed behind our back? | [`decide`] (`claim`, `endpoint`, `world`, `absence`) |
//! | who may claim what? | [`claims`], [`decide`] (`claim`) |
//! | is this intent one of now? | [`decide`] (`intent`) |
//! | what becomes of what a person filed? | [`decide`] (`requests`, `decisions`) |
//! | what is the next step of the running operation? | [`decide`] (`progress`, `call`, `resolve`) |
//! | what does the user read? | [`explain`], [`report`] |
//! | in which order is it read, recorded, sent and told? | [`pass`] |
//!
//! A pass of the loop, as values. The first sight of a group issues a token; only an intent that quotes it is an order.
//!
//! ```
//! use stationmaster_engine::*;
//! # use std::collections::BTreeMap;
//! # let status = "protected".to_owned();
//! # let fingerprint = Fingerprint { status: status.clone(), active: ActiveStation::Source, revision: Some("7".into()) };
//! # let replication = Replication { state: ReplicationState::Active, progress_percent: None, lag_seconds: None, last_sync: None };
//! # let permits = BTreeMap::from([(OperationType::PlannedFailover, Permit::Open)]);
//! # let sight = Sight::Seen(Observation {
//! #     active: ActiveStation::Source, provider_status: status, phase: Phase::Protected, replication, fingerprint, permits,
//! #     own_station: Some(Station::Source), description: None, facts: BTreeMap::new(), depth: Depth::Full,
//! # });
//! # let mut group = Group {
//! #     namespace: "shop".into(), name: "orders-db".into(), uid: "u-1".into(), object: "g-1".into(), members: ["g-1".into()].into(), generation: 1, intent: None, edits: Vec::new(),
//! #     starting_deadline_seconds: 3600, suspend: false,
//! # };
//! let plan = |operation: OperationType, _target: Station, _seen: &Observation| Some(Plan {
//!     outcome: PlannedOutcome::usual(operation),
//!     steps: vec![StepSpec { name: "VerifyOutcome".into(), kind: StepKind::Verify, deadline_seconds: None }],
//! });
//! let look = |group: &Group, ledger: Option<&Ledger>| decide(&Input {
//!     group, ledger, sight: &sight, plan: &plan, fresh: &Token::issue([7; 8]), now: jiff::Timestamp::UNIX_EPOCH,
//!     held: &Held::default(), holder_exists: false, right: &|_| ClaimRight::FirstCome, endpoint: Some("sdrs.example.com"), watch: Watch::default(), requests: &[], decisions: &[], jobs: &[], unread: None, found: None, instance: "operator-0", orders_guarded: false,
//!     absent_until: None,
//! });
//!
//! let ledger = look(&group, None).ledger.expect("first sight is remembered");
//! assert_eq!(look(&group, Some(&ledger)).ledger, None, "at rest there is nothing to write");
//!
//! // The text of last month moves nothing.
//! group.generation += 1;
//! group.intent = Some(Intent { station: Station::Target, token: Some(Token::quoted("k7m2-9xqd")) });
//! let ledger = look(&group, Some(&ledger)).ledger.expect("a new generation was judged");
//! assert!(ledger.intent.is_none() && ledger.operation.is_none());
//!
//! // The same line with the present token is an order; its operation is recorded, and its object is made, before anything is called.
//! group.generation += 1;
//! group.intent = Some(Intent { station: Station::Target, token: ledger.token.clone() });
//! let decided = look(&group, Some(&ledger));
//! assert!(matches!(decided.act, Act::CreateOperation(_)));
//! assert_eq!(decided.ledger.and_then(|l| l.operation).map(|o| o.target), Some(Station::Target));
//! ```

pub mod call;
pub mod claims;
pub mod decide;
pub mod evidence;
pub mod explain;
pub mod gate;
pub mod held;
pub mod input;
pub mod job;
pub mod journal;
pub mod ledger;
pub mod look;
pub mod observation;
pub mod pace;
pub mod pass;
pub mod plan;
pub mod reason;
pub mod report;
pub mod risk;
pub mod text;
pub mod words;

pub use call::{CallOutcome, CallRequest, LostCall};
pub use claims::{ClaimRight, Claims};
pub use decide::{Act, Decided, decide};
pub use held::Held;
pub use input::{DataLoss, DecisionRequest, Edit, Group, Input, Intent, OwnRequest, Request, Sight, Watch};
pub use job::{JobReport, JobStatus, OFFERS, PartAction, PartCall, PartOffer, SubJob};
pub use ledger::Ledger;
pub use observation::{Depth, Fact, Fingerprint, Observation, Permit, Phase, Replication, ReplicationState};
pub use pass::Pass;
pub use plan::{CallSpec, Effect, Plan, PlannedOutcome, Resolution, StepKind, StepSpec};
pub use reason::{Obstacle, Reason, Why};
pub use risk::Risk;
pub use words::{ActiveStation, DecisionAction, OperationType, Station, Token};
