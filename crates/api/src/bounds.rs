//! The lengths that the schema allows, so that those who write status can cut to them.
//! It must not hold limits of behaviour (rates, deadlines): those stand at their fields.

/// A Kubernetes object name (DNS subdomain).
pub const NAME: usize = 253;

/// A Kubernetes uid.
pub const UID: usize = 64;

/// A token: `k7m2-9xqd` has nine; room is left for a longer one.
pub const TOKEN: usize = 16;

/// A reason: one CamelCase word.
pub const REASON: usize = 128;

/// A message to a person. Writers cut at this many *bytes*; the schema counts characters.
pub const MESSAGE: usize = 1024;

/// A message of one sub-job. Short, because there can be a hundred.
pub const SUB_JOB_MESSAGE: usize = 256;

/// One of the provider's own words: a status, a type, an id.
pub const PROVIDER_WORD: usize = 128;

/// Risks that one order accepts.
pub const ACCEPTED_RISKS: usize = 8;

/// A word of a provider about itself: its version, a capability, what a quota counts.
pub const CONNECTION_WORD: usize = 64;

/// A step's name.
pub const STEP: usize = 63;

/// Who asked, and a ticket's number.
pub const PERSON: usize = 256;

/// An endpoint.
pub const URL: usize = 512;

/// A whole status, in bytes of JSON. With spec and metadata the object stays below 64 KiB.
pub const STATUS: usize = 52 * 1024;

/// Tenants of one group, each with its standby.
pub const TENANTS: usize = 64;

/// Databases of one connection.
pub const DATABASES: usize = 16;

/// Conditions of one object.
pub const CONDITIONS: usize = 16;

/// Steps of one operation.
pub const STEPS: usize = 32;

/// Sub-jobs that are shown.
pub const SUB_JOBS: usize = 100;

/// A part of a job, where several jobs are followed: the job and the part.
pub const PART: usize = 2 * PROVIDER_WORD + 1;

/// What may be asked of parts of jobs at a time.
pub const PART_ACTIONS: usize = 64;

/// Sub-jobs that one sub-job can wait for.
pub const SUB_JOB_DEPENDS_ON: usize = 8;

/// Past operations that a group shows.
pub const HISTORY: usize = 10;

/// Types of operations that a group shows as possible or not.
pub const ACTIONS: usize = 16;

/// Capabilities that a provider shows.
pub const CAPABILITIES: usize = 32;

/// Quotas that a provider shows.
pub const QUOTAS: usize = 16;
