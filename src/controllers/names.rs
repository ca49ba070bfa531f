//! Names that users write into their objects, before they become part of a path to the API server.
//! It must not say what has the name.

/// The longest name of an object, in bytes.
const LONGEST: usize = 253;

/// Whether an object can have this name (RFC 1123 subdomain). Anything else would be asked for as another path: `x/status`, `../secrets/y`.
pub fn is_object_name(name: &str) -> bool {
    let label = |label: &str| {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        label.starts_with(inside) && label.ends_with(inside) && label.chars().all(|c| inside(c) || c == '-')
    };
    name.len() <= LONGEST && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_no_path() {
        for good in ["a", "otc-credentials", "a.b-c.1", "0"] {
            assert!(is_object_name(good), "{good}");
        }
        let long = "a".repeat(254);
        for bad in [
            "",
            "a b",
            "x/r1",
            "../secrets/x",
            "a?watch=true",
            "a%2fb",
            "A",
            "-a",
            "a-",
            "a..b",
            ".",
            "ä",
            "a\n",
            &long,
        ] {
            assert!(!is_object_name(bad), "{bad:?}");
        }
    }
}
