//! The value types of switches.
//! It must not know any switch.

/// A type that a switch can have.
pub(super) trait SwitchValue: Sized {
    /// Reads the value, or says what is expected.
    fn read(text: &str) -> Result<Self, String>;
    /// Writes the value so that `read` takes it.
    fn write(&self) -> String;
    /// What it takes, for the table.
    fn takes() -> String;
}

impl SwitchValue for f64 {
    fn read(text: &str) -> Result<Self, String> {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && (0.0..=1e9).contains(&value) => Ok(value),
            _ => Err("a number from 0 to 1e9".into()),
        }
    }
    fn write(&self) -> String {
        self.to_string()
    }
    fn takes() -> String {
        "number ≥ 0".into()
    }
}

impl SwitchValue for u32 {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "a whole number ≥ 0".into())
    }
    fn write(&self) -> String {
        self.to_string()
    }
    fn takes() -> String {
        "whole number ≥ 0".into()
    }
}

impl SwitchValue for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "true" | "yes" | "on" => Ok(true),
            "false" | "no" | "off" => Ok(false),
            _ => Err("`true` or `false`".into()),
        }
    }
    fn write(&self) -> String {
        self.to_string()
    }
    fn takes() -> String {
        "`true`, `false`".into()
    }
}

impl SwitchValue for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
    fn write(&self) -> String {
        self.clone()
    }
    fn takes() -> String {
        "text".into()
    }
}

macro_rules! words {
    ($( $(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $word:literal ),+ $(,)? } )+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $( $(#[$vdoc])* $variant ),+ }

        impl SwitchValue for $name {
            fn read(text: &str) -> Result<Self, String> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err(format!("one of {}", Self::takes())),
                }
            }
            fn write(&self) -> String {
                match self { $( Self::$variant => $word.into() ),+ }
            }
            fn takes() -> String {
                [$( concat!("`", $word, "`") ),+].join(", ")
            }
        }
    )+ };
}

words! {
    /// Which clock judges token expiry and the age of a held signature.
    AuthClock {
        /// The real clock.
        Real = "real",
        /// The virtual clock.
        Virtual = "virtual",
    }
    /// Whether a doubtful call is refused or allowed.
    RefuseOrAllow {
        /// Refused.
        Refuse = "refuse",
        /// Allowed.
        Allow = "allow",
    }
    /// What a reverse towards the site that already produces does.
    ReverseToActive {
        /// Refused.
        Refuse = "refuse",
        /// Accepted; the job changes nothing.
        Nothing = "nothing",
        /// Accepted; the role moves to the other site all the same.
        Flip = "flip",
    }
    /// What `count` means in a list answer.
    CountMeaning {
        /// The entries of this answer.
        Page = "page",
        /// All entries that match.
        Total = "total",
    }
    /// When `priority_station` changes.
    FlipTime {
        /// With the job's end.
        End = "job-end",
        /// With the job's acceptance.
        Start = "job-start",
    }
    /// How `end_time` of a running job looks.
    OpenEndTime {
        /// The key is missing.
        Absent = "absent",
        /// `null`.
        Null = "null",
        /// An empty string.
        Empty = "empty",
    }
    /// Which sub-jobs a group action fans out into.
    SubJobs {
        /// Pairs for start and stop; pairs and instances for the others.
        ByAction = "by-action",
        /// Pairs only.
        Pairs = "pairs",
        /// Pairs and instances for all actions.
        All = "all",
        /// None: the job itself names the group.
        None = "none",
    }
    /// What `entities` of a sub-job names.
    SubJobEntities {
        /// The group only, as documented.
        Group = "group",
        /// The group and the member.
        Member = "member",
    }
    /// The envelope of service errors.
    Envelope {
        /// `{"error": …}`
        Error = "error",
        /// `{"badrequest": …}`
        BadRequest = "badrequest",
        /// `{"itemNotFound": …}`
        ItemNotFound = "itemNotFound",
    }
    /// How `progress` of a group moves while a job runs.
    ProgressStyle {
        /// In proportion to time.
        Linear = "linear",
        /// In steps, with each finished sub-job.
        Steps = "steps",
        /// Always 0.
        Zero = "zero",
    }
    /// How OCP treats a failover whose primary still lives.
    AliveCheck {
        /// The call is refused.
        Refuse = "refuse",
        /// The call is accepted, its first subtask fails.
        Task = "task",
        /// It is carried out.
        Allow = "allow",
    }
    /// What one item that cannot be done means for its batch.
    BatchRule {
        /// The whole call is refused.
        All = "all",
        /// The others are done.
        Each = "each",
    }
    /// What a running task keeps from taking another one.
    BusyScope {
        /// Its tenants.
        Tenant = "tenant",
        /// Their clusters.
        Cluster = "cluster",
    }
    /// The type of an error code.
    CodeForm {
        /// Such as `"OBE26019"`.
        Text = "string",
        /// Such as `26019`.
        Number = "int",
    }
    /// How a switchover epoch grows.
    EpochForm {
        /// The microsecond of the change.
        Microseconds = "microseconds",
        /// By one.
        Counter = "counter",
    }
    /// How several things, or the one thing, stand in `data`.
    ListForm {
        /// `{"contents": […]}`
        Contents = "contents",
        /// The first one alone.
        Object = "object",
        /// A bare list.
        List = "list",
    }
    /// What stands in a field that is called after a system change number.
    ScnForm {
        /// The number, in nanoseconds.
        Scn = "scn",
        /// The delay, in milliseconds.
        Delay = "delay-ms",
        /// The field is missing.
        Absent = "absent",
    }
    /// Whether a failover has the subtask that makes the service name.
    ServiceStep {
        /// It has it.
        Always = "always",
        /// Only when a name was given.
        Named = "named",
    }
    /// The fraction of a second in a time.
    TimeForm {
        /// Milliseconds without trailing zeros, none when there is nothing left.
        Variable = "variable",
        /// Three digits.
        Millis = "millis",
        /// None.
        Seconds = "seconds",
    }
}
