//! What the demo says, on standard output.
//! It must not decide what is said.

use std::time::Instant;

/// Says things, with the seconds since it began.
#[derive(Debug)]
pub struct Voice {
    began: Instant,
    chapter: usize,
}

impl Voice {
    /// Begins now.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            chapter: 0,
        }
    }

    /// Seconds since it began.
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// A new part of the story.
    pub fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        println!("\n── {}. {title}", self.chapter);
    }

    /// A line, or several.
    pub fn say(&self, text: &str) {
        text.lines().for_each(|line| println!("{line}"));
    }

    /// A line with the time.
    pub fn note(&self, text: &str) {
        println!("  {:>5.1} s  {text}", self.seconds());
    }
}

/// A table with columns as wide as their widest cell.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_line_up() {
        let rows = [["a", "bbb", "c"], ["aaaa", "", "d"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "a     bbb  c\naaaa       d");
    }
}
