//! Who may claim what: an administrator's list of scopes, and of the namespaces whose groups may claim objects there.
//! It must not know who holds an object; nor take what it cannot read for permission.

use std::collections::BTreeMap;

/// How many namespaces one entry may name.
pub const NAMESPACES: usize = 256;

/// What the list says of one namespace and one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimRight {
    /// The scope is not listed: who comes first holds the object.
    FirstCome,
    /// The scope is listed for this namespace.
    Listed,
    /// The scope is listed, and not for this namespace; which list says so.
    NotListed(String),
    /// A part of the list cannot be read, and what can be read does not name this namespace; what is wrong with it.
    Unknown(String),
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// What a person finds it by: `ConfigMap stationmaster-system/claims`.
    source: String,
    entries: Vec<Entry>,
    bad: Vec<BadEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: String,
    scope: String,
    namespaces: Vec<String>,
}

/// What cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{entry}: {problem}")]
pub struct BadEntry {
    /// Its key; of a list that cannot be read at all, `the whole list`.
    pub entry: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Claims {
    /// Without a list: who comes first holds the object.
    pub fn none() -> Claims {
        Claims::of("", Vec::new(), Vec::new())
    }

    /// A list of which nothing can be read.
    pub fn unreadable(source: &str, problem: &str) -> Claims {
        let entry = "the whole list".to_owned();
        let problem = problem.to_owned();
        Claims::of(source, Vec::new(), vec![BadEntry { entry, problem }])
    }

    /// Reads a list: each entry has a key of its own and three lines, `kind: sdrs`, `scope: <id>`, `namespaces: shop, shop-dr`. `kinds` are
    /// the kinds that there are. Entries that cannot be read are kept as such, and the others hold.
    pub fn read(source: &str, data: &BTreeMap<String, String>, kinds: &[&str]) -> Claims {
        let (mut entries, mut bad) = (Vec::new(), Vec::new());
        for (key, text) in data {
            match entry(text, kinds) {
                Ok(entry) => entries.push(entry),
                Err(problem) => bad.push(BadEntry {
                    entry: key.clone(),
                    problem,
                }),
            }
        }
        Claims::of(source, entries, bad)
    }

    fn of(source: &str, entries: Vec<Entry>, bad: Vec<BadEntry>) -> Claims {
        let source = source.to_owned();
        Claims { source, entries, bad }
    }

    /// What cannot be read of it.
    pub fn bad(&self) -> &[BadEntry] {
        &self.bad
    }

    /// What it says of a namespace and a scope. While an entry cannot be read, nobody knows which scope it lists, or for whom: then only who
    /// is named by another entry has a right, and nobody is known to have none.
    pub fn right(&self, kind: &str, scope: &str, namespace: &str) -> ClaimRight {
        let mut listed = self
            .entries
            .iter()
            .filter(|e| e.kind == kind && e.scope == scope)
            .peekable();
        let known = listed.peek().is_some();
        if listed.any(|e| e.namespaces.iter().any(|n| n == namespace)) {
            ClaimRight::Listed
        } else if let Some(bad) = self.bad.first() {
            ClaimRight::Unknown(format!("{}, {bad}", self.source))
        } else if known {
            ClaimRight::NotListed(self.source.clone())
        } else {
            ClaimRight::FirstCome
        }
    }
}

fn entry(text: &str, kinds: &[&str]) -> Result<Entry, String> {
    let (mut kind, mut scope, mut namespaces) = (None, None, None);
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (field, value) = line
            .split_once(':')
            .ok_or_else(|| format!("{line:?} is no `field: value`"))?;
        let place = match field.trim_end() {
            "kind" => &mut kind,
            "scope" => &mut scope,
            "namespaces" => &mut namespaces,
            other => return Err(format!("there is no field {other:?}")),
        };
        if place.replace(value.trim()).is_some() {
            return Err(format!("{field} is there twice"));
        }
    }
    let kind = kind.filter(|kind| kinds.contains(kind));
    let kind = kind.ok_or_else(|| format!("kind must be one of {}", kinds.join(", ")))?;
    let plain = |text: &&str| !text.is_empty() && !text.contains([' ', '\t', '"', '\'', '[', ']', ',']);
    let scope = scope.filter(plain).ok_or("scope must be one word, without quotes")?;
    let namespaces: Vec<String> = namespaces
        .ok_or("namespaces is missing")?
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    if let Some(wrong) = namespaces.iter().find(|name| !is_label(name)) {
        return Err(format!(
            "{wrong:?} is no name of a namespace; write them as `shop, shop-dr`"
        ));
    }
    if namespaces.len() > NAMESPACES {
        return Err(format!("more than {NAMESPACES} namespaces"));
    }
    Ok(Entry {
        kind: kind.to_owned(),
        scope: scope.to_owned(),
        namespaces,
    })
}

/// Whether it can be the name of a namespace (RFC 1123 label).
fn is_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&name.len()) && name.chars().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "kind: sdrs\nscope: p1\nnamespaces: shop, shop-dr\n";

    fn read(entries: &[(&str, &str)]) -> Claims {
        let data = entries
            .iter()
            .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        Claims::read("ConfigMap ops/claims", &data.collect(), &["sdrs", "ocp"])
    }

    #[test]
    fn a_listed_scope_is_for_its_namespaces_and_others_are_first_come() {
        let claims = read(&[
            ("orders", GOOD),
            ("more", "# a remark\n\nkind:sdrs\nscope: p1\nnamespaces: lab"),
        ]);
        for namespace in ["shop", "shop-dr", "lab"] {
            assert_eq!(claims.right("sdrs", "p1", namespace), ClaimRight::Listed, "{namespace}");
        }
        let not = ClaimRight::NotListed("ConfigMap ops/claims".to_owned());
        assert_eq!(claims.right("sdrs", "p1", "elsewhere"), not);
        assert_eq!(claims.right("sdrs", "p2", "elsewhere"), ClaimRight::FirstCome);
        assert_eq!(claims.right("ocp", "p1", "elsewhere"), ClaimRight::FirstCome);
        assert_eq!(Claims::none().right("sdrs", "p1", "elsewhere"), ClaimRight::FirstCome);
    }

    #[test]
    fn an_entry_names_at_most_so_many_namespaces() {
        let of = |count: usize| {
            let names: Vec<String> = (0..count).map(|n| format!("n{n}")).collect();
            let entry = format!("kind: sdrs\nscope: p1\nnamespaces: {}", names.join(", "));
            read(&[("orders", &entry)])
        };
        assert_eq!(of(NAMESPACES).right("sdrs", "p1", "n0"), ClaimRight::Listed);
        for count in [NAMESPACES + 1, NAMESPACES + 2] {
            let why = "ConfigMap ops/claims, orders: more than 256 namespaces".to_owned();
            assert_eq!(of(count).right("sdrs", "p1", "n0"), ClaimRight::Unknown(why));
        }
    }

    #[test]
    fn the_sample_and_the_page_are_lists() {
        for page in [
            include_str!("../../../deploy/samples/claims.yaml"),
            include_str!("../../../docs/claims.md"),
        ] {
            let (_, rest) = page.split_once("  orders: |\n").unwrap();
            let lines = rest.lines().take_while(|line| line.starts_with("    "));
            let entry = lines.fold(String::new(), |all, line| all + line + "\n");
            let claims = read(&[("orders", &entry)]);
            let right = claims.right("sdrs", "51af777371904892a49a0c3e3e53de44", "shop-dr");
            assert_eq!((claims.bad(), right), (&[][..], ClaimRight::Listed), "{entry}");
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_named_and_is_no_permission() {
        for (text, problem) in [
            ("", "kind must be one of sdrs, ocp"),
            ("kind: sdsr\nscope: p2\nnamespaces: a", "kind must be"),
            ("kind: sdrs\nnamespaces: a", "scope must be"),
            ("kind: sdrs\nscope: \"p2\"\nnamespaces: a", "scope must be"),
            ("kind: sdrs\nscope: p2", "namespaces is missing"),
            ("kind: sdrs\nscope: p2\nnamespaces: [a, b]", "\"[a\" is no name"),
            ("kind: sdrs\nscope: p2\nnamespaces: a,,b", "\"\" is no name"),
            ("kind: sdrs\nscope: p2\nnamespaces: Shop", "\"Shop\" is no name"),
            (
                "kind: sdrs\nscope: p2\nnamespaces: a\nscope: p3",
                "scope is there twice",
            ),
            (
                "kind: sdrs\nscope: p2\nnamespaces: a\nobject: x",
                "there is no field \"object\"",
            ),
            ("everything", "\"everything\" is no `field: value`"),
        ] {
            let claims = read(&[("bad", text), ("orders", GOOD)]);
            let [bad] = claims.bad() else {
                panic!("{text:?}: {claims:?}")
            };
            assert!(bad.entry == "bad" && bad.problem.contains(problem), "{text:?}: {bad}");
            assert_eq!(
                claims.right("sdrs", "p1", "shop"),
                ClaimRight::Listed,
                "the others hold"
            );
            for scope in ["p1", "p2"] {
                let right = claims.right("sdrs", scope, "elsewhere");
                assert!(
                    matches!(&right, ClaimRight::Unknown(why) if why.starts_with("ConfigMap ops/claims, bad: ")),
                    "{text:?}: {right:?}"
                );
            }
        }
        let whole = Claims::unreadable("ConfigMap ops/claims", "forbidden");
        let why = "ConfigMap ops/claims, the whole list: forbidden".to_owned();
        assert_eq!(whole.right("sdrs", "p1", "shop"), ClaimRight::Unknown(why));
    }
}
