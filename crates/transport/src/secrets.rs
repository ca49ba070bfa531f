//! The secrets of one request, to be struck out of any text that the provider sends back.
//! It must not print them.

use secrecy::{ExposeSecret, SecretString};

/// What must never be read in a message.
#[derive(Clone, Default)]
pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// These.
    pub fn of(secrets: impl IntoIterator<Item = SecretString>) -> Secrets {
        Secrets(secrets.into_iter().collect())
    }

    /// One more.
    pub fn add(&mut self, secret: SecretString) {
        self.0.push(secret);
    }

    /// The text without them. Very short secrets are left alone: striking them out would only tell where they are.
    pub fn scrub(&self, text: &str) -> String {
        self.0
            .iter()
            .map(ExposeSecret::expose_secret)
            .filter(|secret| secret.len() >= 6)
            .fold(text.to_owned(), |text, secret| {
                // The provider's text may have been cut in the middle of a secret, so its beginning counts too.
                let begin: String = secret.chars().take(24).collect();
                text.replace(secret, "<secret>").replace(&begin, "<secret>")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_struck_out_whole_or_cut() {
        let long = "MIIabcdefghijklmnopqrstuvwxyz0123456789";
        let secrets = Secrets::of([SecretString::from("hunter22"), SecretString::from(long)]);
        let text = secrets.scrub(&format!("token {long} of hunter22, again {}", &long[..30]));
        assert!(!text.contains("hunter22") && !text.contains("MIIabc"), "{text}");
        assert_eq!(Secrets::default().scrub("plain"), "plain");
    }
}
