//! Logs: text for people or JSON for machines, with the whole chain of an error in one field.
//! It must not be given a secret; headers and bodies of requests are never logged.

use clap::ValueEnum;
use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{EnvFilter, Registry, layer::SubscriberExt as _};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        })
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("--log-level {given:?} is neither a level nor a list of directives")]
    Filter {
        /// What was given.
        given: String,
        /// What is wrong with it.
        source: tracing_subscriber::filter::ParseError,
    },
    /// Somebody else has set a subscriber.
    #[error("logging has been set up before")]
    AlreadySet(#[source] tracing::subscriber::SetGlobalDefaultError),
}

/// Sets the process's logging up: lines go to stderr. Call once, first.
///
/// # Errors
///
/// When `level` cannot be read, or logging was set up before.
pub fn init(format: LogFormat, level: &str) -> Result<(), TelemetryError> {
    let subscriber = subscriber(format, level, io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).map_err(TelemetryError::AlreadySet)
}

fn subscriber<W>(
    format: LogFormat,
    level: &str,
    writer: W,
) -> Result<impl tracing::Subscriber + Send + Sync, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(level).map_err(|source| TelemetryError::Filter {
        given: level.to_owned(),
        source,
    })?;
    let (text, json) = match format {
        LogFormat::Text => (Some(tracing_subscriber::fmt::layer().with_ansi(false)), None),
        LogFormat::Json => (
            None,
            Some(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_current_span(true)
                    .with_span_list(false),
            ),
        ),
    };
    // Only one of the two layers exists; both share the writer's type.
    let writer = std::sync::Arc::new(writer);
    let shared = |writer: std::sync::Arc<W>| Shared(writer);
    Ok(Registry::default()
        .with(filter)
        .with(text.map(|layer| layer.with_writer(shared(writer.clone()))))
        .with(json.map(|layer| layer.with_writer(shared(writer)))))
}

/// One writer for both formats.
struct Shared<W>(std::sync::Arc<W>);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Shared<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> OneLine<W::Writer> {
        OneLine(self.0.make_writer())
    }
}

/// Writes each event as one line of visible text: users and providers write words that are logged, and no word of theirs may look like another
/// line, nor steer a terminal.
struct OneLine<W>(W);

impl<W: io::Write> io::Write for OneLine<W> {
    /// The formatters write an event at once, with its end of line.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let (line, end) = match text.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (&*text, ""),
        };
        let mut visible = String::with_capacity(text.len());
        for c in line.chars() {
            match c {
                '\n' => visible.push_str("\\n"),
                '\r' => visible.push_str("\\r"),
                '\t' => visible.push_str("\\t"),
                // In a form that is also one of JSON; all of them have four digits.
                c if is_unseen(c) => {
                    let _ = write!(visible, "\\u{:04x}", u32::from(c));
                }
                c => visible.push(c),
            }
        }
        visible.push_str(end);
        self.0.write_all(visible.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Control characters, other ends of lines, and what changes the direction of text.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The error and all its sources in one line: `outer: inner: innermost`. The field for it is called `error`.
///
/// The JSON format prints only the outermost error by itself, which is never the one that helps.
/// A source whose text the outer error already ends with is not repeated. What the API server answered is told in its own words: the
/// client's are a dump of its memory.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut chain = error.to_string();
    let mut next = Some(error);
    while let Some(link) = next {
        let text = link.to_string();
        let told = match said(link) {
            Some(plain) => {
                chain = chain.replace(&text, &plain);
                plain
            }
            None => text,
        };
        if !chain.ends_with(&told) {
            // Writing to a String cannot fail.
            let _ = write!(chain, ": {told}");
        }
        // Below what the API server said there is only its dump.
        next = link.source().filter(|_| said(link).is_none());
    }
    without_lists(chain)
}

/// What the API server answered, if this is its answer.
fn said(error: &(dyn Error + 'static)) -> Option<String> {
    let boxed = || error.downcast_ref::<Box<kube::Error>>().map(|boxed| &**boxed);
    match error.downcast_ref::<kube::Error>().or_else(boxed)? {
        kube::Error::Api(status) => {
            let word = if status.reason.is_empty() { "" } else { " " };
            let (code, reason, message) = (status.code, &status.reason, &status.message);
            Some(format!("the API server answered HTTP {code}{word}{reason}: {message}"))
        }
        _ => None,
    }
}

/// A word that nobody knows is told; all those that would have been known are not.
fn without_lists(text: String) -> String {
    const LIST: &str = ", expected one of `";
    let Some(at) = text.find(LIST) else { return text };
    let (before, list) = text.split_at(at);
    let end = list.rfind('`').map_or(list.len(), |last| last + 1);
    if list[..end].matches("`, `").count() < 8 {
        return text;
    }
    format!("{before}{}", &list[end..])
}

#[cfg(test)]
mod tests;
