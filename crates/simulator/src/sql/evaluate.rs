//! Values, and expressions over one row.
//! It must not know a view.

use std::cmp::Ordering;

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArguments, InTarget, UnaryOperator, Value};

use super::select::Told;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Text(String),
}

impl Cell {
    pub(super) fn text_of(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// As the text protocol sends it.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Int(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
        }
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Null => None,
            Self::Int(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }

    fn is_true(&self) -> bool {
        self.number().is_some_and(|number| number != 0)
    }

    /// Numbers as numbers, texts without regard to case; nothing is comparable with NULL.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => None,
            (Self::Text(own), Self::Text(other)) => Some(own.to_lowercase().cmp(&other.to_lowercase())),
            _ => Some(self.number()?.cmp(&other.number()?)),
        }
    }
}

/// What an expression may look at.
pub(super) struct Row<'r> {
    pub(super) columns: &'r [(&'static str, super::packets::Kind)],
    pub(super) cells: &'r [Cell],
    /// The time of now, in seconds and as a text.
    pub(super) now: (i64, &'r str),
}

fn unsupported<T>(what: impl std::fmt::Display) -> Result<T, Told> {
    Err(Told::new(1235, "42000", &format!("Not served: {what}")))
}

fn truth(value: Option<bool>) -> Cell {
    value.map_or(Cell::Null, |value| Cell::Int(i64::from(value)))
}

impl Row<'_> {
    fn column(&self, name: &str) -> Result<Cell, Told> {
        let place = self
            .columns
            .iter()
            .position(|(known, _)| known.eq_ignore_ascii_case(name));
        let cell = place.and_then(|place| self.cells.get(place));
        cell.cloned()
            .ok_or_else(|| Told::new(1054, "42S22", &format!("Unknown column '{name}'")))
    }

    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Result<Cell, Told> {
        match expr {
            Expr::Identifier(name) if name.value.starts_with("@@") => Ok(variable(&name.value)),
            Expr::CompoundIdentifier(parts) if parts.first().is_some_and(|p| p.value.starts_with("@@")) => {
                Ok(variable(parts.last().map_or("", |p| &p.value)))
            }
            Expr::Identifier(name) => self.column(&name.value),
            Expr::CompoundIdentifier(parts) => self.column(parts.last().map_or("", |p| &p.value)),
            Expr::Value(value) => literal(&value.value),
            Expr::Nested(inner) => self.value(inner),
            Expr::UnaryOp { op, expr } => {
                let value = self.value(expr)?;
                match op {
                    UnaryOperator::Not => Ok(truth(value.number().map(|n| n == 0))),
                    UnaryOperator::Minus => Ok(value.number().map_or(Cell::Null, |n| Cell::Int(-n))),
                    _ => unsupported(expr),
                }
            }
            Expr::IsNull(inner) => Ok(truth(Some(self.value(inner)? == Cell::Null))),
            Expr::IsNotNull(inner) => Ok(truth(Some(self.value(inner)? != Cell::Null))),
            Expr::In {
                expr,
                target: InTarget::List(list),
                negated,
                ..
            } => {
                let value = self.value(expr)?;
                let mut found = false;
                for item in list {
                    found |= value.compare(&self.value(item)?) == Some(Ordering::Equal);
                }
                Ok(truth((value != Cell::Null).then_some(found != *negated)))
            }
            Expr::Like {
                expr, pattern, negated, ..
            } => {
                let (value, pattern) = (self.value(expr)?.text(), self.value(pattern)?.text());
                let fits = value
                    .zip(pattern)
                    .map(|(value, pattern)| like(&value, &pattern) != *negated);
                Ok(truth(fits))
            }
            Expr::BinaryOp { left, op, right } => self.binary(&self.value(left)?, op, &self.value(right)?, expr),
            Expr::Function(function) => self.function(function),
            _ => unsupported(expr),
        }
    }

    fn binary(&self, left: &Cell, op: &BinaryOperator, right: &Cell, whole: &Expr) -> Result<Cell, Told> {
        use BinaryOperator as B;
        let order = left.compare(right);
        let numbers = left.number().zip(right.number());
        let arithmetic = |f: fn(i64, i64) -> Option<i64>| {
            let result = numbers.and_then(|(a, b)| f(a, b));
            result.map_or(Cell::Null, Cell::Int)
        };
        Ok(match op {
            B::Eq => truth(order.map(Ordering::is_eq)),
            B::NotEq => truth(order.map(Ordering::is_ne)),
            B::Lt => truth(order.map(Ordering::is_lt)),
            B::LtEq => truth(order.map(Ordering::is_le)),
            B::Gt => truth(order.map(Ordering::is_gt)),
            B::GtEq => truth(order.map(Ordering::is_ge)),
            B::And => truth(Some(left.is_true() && right.is_true())),
            B::Or => truth(Some(left.is_true() || right.is_true())),
            B::Plus => arithmetic(i64::checked_add),
            B::Minus => arithmetic(i64::checked_sub),
            B::Multiply => arithmetic(i64::checked_mul),
            B::MyIntegerDivide => arithmetic(i64::checked_div),
            _ => return unsupported(whole),
        })
    }

    fn function(&self, function: &Function) -> Result<Cell, Told> {
        let empty = match &function.args {
            FunctionArguments::None => true,
            FunctionArguments::List(list) => list.args.len() <= 1,
            FunctionArguments::Subquery(_) => false,
        };
        match &*function.name.to_string().to_uppercase() {
            "NOW" | "CURRENT_TIMESTAMP" | "SYSDATE" if empty => Ok(Cell::text_of(self.now.1)),
            "UNIX_TIMESTAMP" if empty => Ok(Cell::Int(self.now.0)),
            "VERSION" => Ok(variable("@@version")),
            "DATABASE" => Ok(Cell::text_of("oceanbase")),
            "CONNECTION_ID" => Ok(Cell::Int(1)),
            _ => unsupported(function),
        }
    }
}

/// The variables that clients ask for when they connect.
fn variable(name: &str) -> Cell {
    let name = name
        .trim_start_matches('@')
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    match &*name {
        "max_allowed_packet" => Cell::Int(16_777_216),
        "wait_timeout" | "interactive_timeout" => Cell::Int(28_800),
        "autocommit" | "auto_increment_increment" => Cell::Int(1),
        "lower_case_table_names" => Cell::Int(1),
        "read_only" => Cell::Int(0),
        "version" => Cell::text_of("5.7.25-OceanBase-v4.3.5.1"),
        "version_comment" => Cell::text_of("OceanBase 4.3.5.1 (simulated)"),
        "tx_isolation" | "transaction_isolation" => Cell::text_of("READ-COMMITTED"),
        "sql_mode" => Cell::text_of("STRICT_ALL_TABLES"),
        "time_zone" | "system_time_zone" => Cell::text_of("+08:00"),
        name if name.starts_with("character_set") => Cell::text_of("utf8mb4"),
        name if name.starts_with("collation") => Cell::text_of("utf8mb4_general_ci"),
        _ => Cell::Null,
    }
}

fn literal(value: &Value) -> Result<Cell, Told> {
    Ok(match value {
        Value::Number(text, _) => match text.parse() {
            Ok(number) => Cell::Int(number),
            Err(_) => Cell::Text(text.clone()),
        },
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Cell::Text(text.clone()),
        Value::Boolean(value) => Cell::Int(i64::from(*value)),
        Value::Null => Cell::Null,
        Value::Placeholder(name) if name.starts_with("@@") => variable(name),
        _ => return unsupported(value),
    })
}

/// `%` stands for any text, `_` for one letter.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    fn fits(text: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('%', rest)) => (0..=text.len()).any(|skipped| fits(&text[skipped..], rest)),
            Some(('_', rest)) => !text.is_empty() && fits(&text[1..], rest),
            Some((letter, rest)) => text.first() == Some(letter) && fits(&text[1..], rest),
        }
    }
    fits(&text.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>())
}
