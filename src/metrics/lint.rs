//! A reader of OpenMetrics text that complains about everything a scraper or a dashboard would stumble over. For tests.
//! It must not know which families there are.

use std::collections::{BTreeMap, BTreeSet};

/// One line with a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) value: f64,
}

#[derive(Debug, Default)]
struct Family {
    name: String,
    kind: String,
    samples: Vec<Sample>,
}

/// All samples, or the first complaint.
pub(super) fn read(text: &str) -> Result<Vec<Sample>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("does not end with # EOF")?;
    let mut families: Vec<Family> = Vec::new();
    let mut described: Option<String> = None;
    for line in body.lines() {
        let complain = |what: &str| Err(format!("{what}: {line}"));
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').ok_or(format!("no help: {line}"))?;
            if !help.ends_with('.') || help.ends_with("..") || help.len() < 10 {
                return complain("help is no sentence");
            }
            if families.iter().any(|f| f.name == name) {
                return complain("family stands twice");
            }
            described = Some(name.to_owned());
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or(format!("no type: {line}"))?;
            if described.take().as_deref() != Some(name) {
                return complain("TYPE without HELP before it");
            }
            families.push(Family {
                name: name.to_owned(),
                kind: kind.to_owned(),
                samples: Vec::new(),
            });
        } else if line.starts_with('#') {
            return complain("unknown comment");
        } else {
            let sample = sample(line)?;
            let Some(family) = families.last_mut() else {
                return complain("sample before any family");
            };
            family.samples.push(sample);
        }
    }
    for family in &families {
        check(family)?;
    }
    Ok(families.into_iter().flat_map(|f| f.samples).collect())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn sample(line: &str) -> Result<Sample, String> {
    let complain = |what: &str| format!("{what}: {line}");
    let (name, mut rest) = line.split_at(line.find(['{', ' ']).ok_or_else(|| complain("no value"))?);
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        while !rest.starts_with('}') {
            let (key, after) = rest.split_once("=\"").ok_or_else(|| complain("label without value"))?;
            let (value, after) = quoted(after).ok_or_else(|| complain("quote not closed"))?;
            if !is_name(key) || labels.insert(key.to_owned(), value).is_some() {
                return Err(complain("bad or repeated label name"));
            }
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        rest = &rest[1..];
    }
    let value = rest
        .strip_prefix(' ')
        .and_then(|v| v.parse().ok())
        .ok_or_else(|| complain("no number"))?;
    Ok(Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

/// The text up to the closing quote, unescaped, and what follows the quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                other @ ('\\' | '"') => other,
                _ => return None,
            }),
            other => value.push(other),
        }
    }
    None
}

fn check(family: &Family) -> Result<(), String> {
    let complain = |what: &str| Err(format!("{what}: {}", family.name));
    let name = &family.name;
    if !is_name(name)
        || [
            "_total",
            "_info",
            "_count",
            "_sum",
            "_bucket",
            "_ms",
            "_milliseconds",
            "_percent",
        ]
        .iter()
        .any(|s| name.ends_with(s))
    {
        return complain("bad family name");
    }
    if family.samples.is_empty() {
        return complain("no samples");
    }
    let suffixes: &[&str] = match family.kind.as_str() {
        "gauge" => &[""],
        "counter" => &["_total"],
        "info" => &["_info"],
        "histogram" => &["_bucket", "_sum", "_count"],
        _ => return complain("unknown type"),
    };
    let mut series = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for sample in &family.samples {
        if !suffixes.iter().any(|suffix| sample.name == format!("{name}{suffix}")) {
            return complain("sample with another name or suffix");
        }
        if !series.insert((sample.name.clone(), sample.labels.clone())) {
            return complain("series stands twice");
        }
        keys.insert(
            sample
                .labels
                .keys()
                .filter(|key| *key != "le")
                .cloned()
                .collect::<Vec<_>>(),
        );
        if family.kind != "gauge" && sample.value < 0.0 || sample.value.is_nan() {
            return complain("value makes no sense");
        }
        if family.kind == "info" && sample.value != 1.0 {
            return complain("info is not 1");
        }
    }
    if keys.len() != 1 {
        return complain("series with different label names");
    }
    if family.kind == "histogram" {
        histogram(family)
    } else {
        Ok(())
    }
}

fn histogram(family: &Family) -> Result<(), String> {
    /// Bounds with counts, sum, count.
    type Parts = (Vec<(f64, f64)>, Option<f64>, Option<f64>);
    let mut groups: BTreeMap<BTreeMap<String, String>, Parts> = BTreeMap::new();
    for sample in &family.samples {
        let mut labels = sample.labels.clone();
        let bound = labels.remove("le");
        let group = groups.entry(labels).or_default();
        match (sample.name.rsplit('_').next(), bound) {
            (Some("bucket"), Some(le)) => {
                let le = if le == "+Inf" {
                    f64::INFINITY
                } else {
                    le.parse().map_err(|_| format!("le is no number: {le}"))?
                };
                group.0.push((le, sample.value));
            }
            (Some("sum"), None) => group.1 = Some(sample.value),
            (Some("count"), None) => group.2 = Some(sample.value),
            _ => return Err(format!("bucket without le, or le elsewhere: {}", family.name)),
        }
    }
    for (labels, (buckets, sum, count)) in groups {
        let rising = buckets
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        let last = buckets.last().copied();
        if !rising || sum.is_none() || count.is_none() || last != count.map(|count| (f64::INFINITY, count)) {
            return Err(format!("buckets do not add up: {} {labels:?}", family.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_text_is_read() {
        let text = "# HELP a_b Something good.\n# TYPE a_b counter\na_b_total{x=\"1\\\"\\n\\\\,}\",y=\"\"} 2\n# EOF\n";
        let samples = read(text).unwrap();
        assert_eq!(samples[0].labels["x"], "1\"\n\\,}");
        assert_eq!(samples[0].value, 2.0);
    }

    #[test]
    fn every_fault_is_found() {
        let head = "# HELP a Something good.\n# TYPE a ";
        let faults = [
            (
                "# HELP a Something good.\n# TYPE a gauge\na 1\n".to_owned(),
                "does not end",
            ),
            (
                format!("{head}gauge\na 1\n{head}gauge\na 1\n# EOF\n"),
                "family stands twice",
            ),
            ("# TYPE a gauge\na 1\n# EOF\n".to_owned(), "TYPE without HELP"),
            (
                "# HELP a x\n# TYPE a gauge\na 1\n# EOF\n".to_owned(),
                "help is no sentence",
            ),
            (format!("{head}gauge\na 1\na 1\n# EOF\n"), "series stands twice"),
            (
                format!("{head}gauge\na{{x=\"1\"}} 1\na{{x=\"1\"}} 2\n# EOF\n"),
                "series stands twice",
            ),
            (
                format!("{head}gauge\na{{x=\"1\"}} 1\na{{y=\"1\"}} 2\n# EOF\n"),
                "different label names",
            ),
            (
                format!("{head}gauge\na{{x=\"1\",x=\"2\"}} 1\n# EOF\n"),
                "repeated label",
            ),
            (format!("{head}gauge\na{{x=\"1}} 1\n# EOF\n"), "quote not closed"),
            (format!("{head}gauge\na one\n# EOF\n"), "no number"),
            (format!("{head}gauge\nb 1\n# EOF\n"), "another name"),
            (format!("{head}counter\na 1\n# EOF\n"), "another name"),
            (format!("{head}counter\na_total -1\n# EOF\n"), "no sense"),
            (format!("{head}gauge\n# EOF\n"), "no samples"),
            (
                "# HELP a_total Something good.\n# TYPE a_total counter\na_total_total 1\n# EOF\n".to_owned(),
                "bad family name",
            ),
            (
                format!("{head}histogram\na_sum 1\na_count 1\na_bucket{{le=\"1\"}} 1\n# EOF\n"),
                "do not add up",
            ),
            (
                format!(
                    "{head}histogram\na_sum 1\na_count 2\na_bucket{{le=\"1\"}} 3\na_bucket{{le=\"+Inf\"}} 2\n# EOF\n"
                ),
                "do not add up",
            ),
        ];
        for (text, complaint) in faults {
            let found = read(&text).unwrap_err();
            assert!(found.contains(complaint), "{found:?} is not {complaint:?}\n{text}");
        }
    }
}
