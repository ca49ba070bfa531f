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
}
