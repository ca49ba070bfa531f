//! Is a Go there that can build the pinned modules?
//! It must not fetch a toolchain: GOTOOLCHAIN is `local` everywhere, a missing Go is said.

use std::process::Command;

use semver::Version;

use super::Error;

/// Fails with what to install if Go is missing or older than `needed`; `programs` were to be built.
pub fn check(needed: &Version, programs: &[&str]) -> Result<(), Error> {
    let output = Command::new("go").env("GOTOOLCHAIN", "local").arg("version").output();
    let answer = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    judge(answer.ok().as_deref(), needed, programs).map_err(Error::Go)
}

fn judge(answer: Option<&str>, needed: &Version, programs: &[&str]) -> Result<(), String> {
    let programs = programs.join(", ");
    let remedy = format!(
        "Install Go {needed} or newer (https://go.dev/dl/) and put it on PATH, or put {programs} there, or set KUBEBUILDER_ASSETS to a \
         directory that holds all that is needed."
    );
    let why = format!("{programs} must be built from source with Go");
    let Some(answer) = answer else {
        return Err(format!("{why}, and there is no `go` on PATH. {remedy}"));
    };
    match parse(answer) {
        Some(version) if version >= *needed => Ok(()),
        Some(version) => Err(format!(
            "{why} {needed} or newer; the `go` on PATH is {version}. {remedy}"
        )),
        None => Err(format!("{why}; `go version` on PATH answers {answer:?}. {remedy}")),
    }
}

/// `go version go1.26.8 linux/amd64`; a release candidate (`go1.27rc1`) counts as a pre-release.
fn parse(answer: &str) -> Option<Version> {
    parse_number(answer.split_ascii_whitespace().nth(2)?.strip_prefix("go")?)
}

/// A Go version number, also with two parts (`1.26`), as in go.mod.
pub fn parse_number(number: &str) -> Option<Version> {
    let end = number
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(number.len());
    let (numbers, pre) = number.split_at(end);
    let dots = numbers.matches('.').count();
    let padding = ".0".repeat(2usize.checked_sub(dots)?);
    let pre = if pre.starts_with("rc") || pre.starts_with("beta") {
        format!("-{pre}")
    } else {
        String::new()
    };
    Version::parse(&format!("{numbers}{padding}{pre}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_and_an_old_go_are_told_apart_and_both_say_what_to_install() {
        let needed = Version::new(1, 26, 0);
        assert!(judge(Some("go version go1.26.8 linux/amd64\n"), &needed, &["etcd"]).is_ok());
        assert!(judge(Some("go version go1.27.0-custom linux/amd64\n"), &needed, &["etcd"]).is_ok());
        let missing = judge(None, &needed, &["etcd", "kubectl"]).unwrap_err();
        assert!(
            missing.contains("no `go` on PATH")
                && missing.contains("Install Go 1.26.0")
                && missing.contains("etcd, kubectl"),
            "{missing}"
        );
        let old = judge(Some("go version go1.22.4 linux/amd64"), &needed, &["etcd"]).unwrap_err();
        assert!(old.contains("is 1.22.4") && old.contains("Install Go 1.26.0"), "{old}");
        assert!(
            judge(Some("go version go1.26rc1 linux/amd64"), &needed, &["etcd"]).is_err(),
            "a release candidate comes before"
        );
        assert!(judge(Some("devel"), &needed, &["etcd"]).is_err());
    }
}
