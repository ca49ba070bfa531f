//! Does every `cargo xtask …` that a page shows exist, with its flags?
//! It must not run a command.

use clap::{Command, CommandFactory};

use super::page::Page;
use crate::Cli;

const PREFIX: &str = "cargo xtask";

/// How many commands were found, and those that do not exist.
pub fn check(pages: &[Page]) -> (usize, Vec<String>) {
    let mut cli = Cli::command();
    cli.build();
    let (mut checked, mut wrong) = (0, Vec::new());
    for page in pages {
        let inline = page.code.iter().map(|code| (code.line, code.text.as_str()));
        let blocks = page.blocks.iter().flat_map(|block| {
            let lines = block.text.lines().enumerate();
            lines.map(move |(index, line)| (block.line + 1 + index, line))
        });
        for (line, text) in inline.chain(blocks) {
            for rest in text.split(PREFIX).skip(1) {
                checked += 1;
                if let Some(why) = problem(&cli, rest) {
                    wrong.push(format!("{}:{line}: {PREFIX}{rest}: {why}", page.path.display()));
                }
            }
        }
    }
    (checked, wrong)
}

/// Follows the words down the tree of commands; `a|b` stands for either, `[…]` for what may be left out, other words are values.
fn problem(cli: &Command, rest: &str) -> Option<String> {
    let mut command = cli;
    for word in rest.split_whitespace() {
        if matches!(word, "&&" | "||" | ";" | "|" | "#" | ">") {
            break;
        }
        let word = word.trim_matches(|c: char| matches!(c, '[' | ']' | ')' | '"' | ';' | ',' | '.'));
        if let Some(flag) = word.strip_prefix("--") {
            let name = flag.split('=').next().unwrap_or_default();
            if !command.get_arguments().any(|arg| arg.get_long() == Some(name)) {
                return Some(format!("{} has no flag --{name}", command.get_name()));
            }
        } else if command.has_subcommands() && !word.starts_with(['<', '…']) {
            for name in word.split('|') {
                match command.find_subcommand(name) {
                    Some(found) if !word.contains('|') => command = found,
                    Some(_) => {}
                    None => return Some(format!("{} has no command {name}", command.get_name())),
                }
            }
            if word.contains('|') {
                break;
            }
        }
    }
    None
}

#[test]
fn a_command_or_flag_that_does_not_exist_is_found() {
    let text = "`cargo xtask crds --check` `cargo xtask test --stage unit` `cargo xtask control-plane up|down --dir D`\n\
                `cargo xtask <command>`\n\n```sh\neval \"$(cargo xtask control-plane up --dir x)\"\ncargo xtask crds && cargo nothing\n```\n\n\
                `cargo xtask fly` `cargo xtask crds --fast`\n\n```sh\ncargo xtask control-plane jump\n```\n";
    let (checked, wrong) = check(&[Page::parse(std::path::Path::new("a.md"), text)]);
    assert_eq!(checked, 9);
    let places: Vec<&str> = wrong.iter().map(|w| w.split(" cargo").next().unwrap()).collect();
    assert_eq!(places, ["a.md:9:", "a.md:9:", "a.md:12:"], "{wrong:?}");
}
