//! One request as a value, the same for every server: what differs between servers stands in it as a place to be filled.
//! It must not hold what a server answered.
//!
//! Places: `@ns@` the namespace, `@rv:KIND/NAME:N@` and `@uid:KIND/NAME:N@` what the object had N writes ago (`@since:…@` is the same
//! for a watch), `@list@` the resourceVersion of the last list, `@continue@` its token.

/// The forms in which a patch comes.
pub const MERGE: &str = "application/merge-patch+json";
pub const EDIT: &str = "application/json-patch+json";
pub const JSON: &str = "application/json";

/// See the module.
#[derive(Clone, Debug)]
pub struct Step {
    pub method: &'static str,
    pub path: String,
    pub form: &'static str,
    pub body: String,
    /// Whether the answer goes on until the end of the run.
    pub watch: bool,
}

impl Step {
    pub fn new(method: &'static str, path: impl Into<String>, form: &'static str, body: impl ToString) -> Self {
        Self {
            method,
            path: path.into(),
            form,
            body: body.to_string(),
            watch: false,
        }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path, JSON, "")
    }

    pub fn watch(path: impl Into<String>) -> Self {
        Self {
            watch: true,
            ..Self::get(path)
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", self.method, self.path, self.form, self.body)
    }
}
