//! Statements: `SELECT` over one view or none, and what clients say besides when they connect.
//! It must not change anything: every other statement is denied.

use sqlparser::ast::{
    Expr, FunctionArguments, LimitClause, OrderByKind, Query, Select, SelectItem, SetExpr, Statement, TableFactor,
};
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;

use super::evaluate::{Cell, Row};
use super::packets::Kind;
use super::views::{self, View};
use crate::world::World;

/// What a statement gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Rows {
        /// The view that was read.
        view: Option<&'static str>,
        columns: Vec<(String, Kind)>,
        rows: Vec<Vec<Cell>>,
    },
}

/// An error of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) code: u16,
    pub(super) state: [u8; 5],
    pub(super) text: String,
}

impl Told {
    pub(super) fn new(code: u16, state: &str, text: &str) -> Self {
        let mut five = *b"HY000";
        five.copy_from_slice(state.as_bytes());
        Self {
            code,
            state: five,
            text: text.into(),
        }
    }
}

fn unsupported<T>(what: &str) -> Result<T, Told> {
    Err(Told::new(1235, "42000", &format!("Not served: {what}")))
}

/// Runs one statement on a cluster.
pub(super) fn run(world: &World, cluster: &str, statement: &str) -> Result<Outcome, Told> {
    let syntax = |error: sqlparser::parser::ParserError| Told::new(1064, "42000", &error.to_string());
    let mut statements = Parser::parse_sql(&MySqlDialect {}, statement).map_err(syntax)?;
    let (Some(statement), true) = (statements.pop(), statements.is_empty()) else {
        return unsupported("more than one statement at once");
    };
    match statement {
        Statement::Query(query) => read(world, cluster, &query),
        Statement::Set(_)
        | Statement::Use(_)
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::StartTransaction { .. } => Ok(Outcome::Done),
        other => {
            let word = other.to_string();
            let word = word.split_whitespace().next().unwrap_or_default().to_owned();
            Err(Told::new(
                1142,
                "42000",
                &format!("{word} command denied to a user who may only read"),
            ))
        }
    }
}

fn read(world: &World, cluster: &str, query: &Query) -> Result<Outcome, Told> {
    let SetExpr::Select(select) = &*query.body else {
        return unsupported("a query that is no SELECT");
    };
    if query.with.is_some() || select.having.is_some() || select.distinct.is_some() {
        return unsupported("WITH, HAVING and DISTINCT");
    }
    let view = source(world, cluster, select)?;
    let text = views::datetime(world, world.now);
    let now = (world.now.as_second(), &*text);
    let columns = view.as_ref().map_or(&[][..], |v| v.columns);
    let mut rows: Vec<Vec<Cell>> = view.as_ref().map_or_else(|| vec![Vec::new()], |v| v.rows.clone());
    if let Some(condition) = &select.selection {
        let mut kept = Vec::new();
        for cells in rows {
            let passes = row(columns, &cells, now).value(condition)?;
            if passes.compare(&Cell::Int(0)).is_some_and(std::cmp::Ordering::is_ne) {
                kept.push(cells);
            }
        }
        rows = kept;
    }
    if let Some(order) = &query.order_by {
        let OrderByKind::Expressions(keys) = &order.kind else {
            return unsupported("ORDER BY ALL");
        };
        for key in keys.iter().rev() {
            let mut ranked = Vec::new();
            for cells in rows {
                ranked.push((row(columns, &cells, now).value(&key.expr)?, cells));
            }
            ranked.sort_by(|(a, _), (b, _)| {
                a.compare(b)
                    .unwrap_or_else(|| (*b == Cell::Null).cmp(&(*a == Cell::Null)))
            });
            if key.options.to_string().contains("DESC") {
                ranked.reverse();
            }
            rows = ranked.into_iter().map(|(_, cells)| cells).collect();
        }
    }
    let name = view.as_ref().map(|v| v.name);
    if let [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] = &select.projection[..]
        && counts(expr)
    {
        return Ok(Outcome::Rows {
            view: name,
            columns: vec![(title(&select.projection[0]), Kind::Number)],
            rows: vec![vec![Cell::Int(rows.len() as i64)]],
        });
    }
    rows.truncate(limit(query)?);
    let shown_columns = titles(select, view.as_ref());
    let mut shown = Vec::new();
    for cells in &rows {
        shown.push(project(select, &row(columns, cells, now))?);
    }
    Ok(Outcome::Rows {
        view: name,
        columns: shown_columns,
        rows: shown,
    })
}

fn row<'r>(columns: &'r [(&'static str, Kind)], cells: &'r [Cell], now: (i64, &'r str)) -> Row<'r> {
    Row { columns, cells, now }
}

/// The view of a `SELECT`; none where it has no `FROM`.
fn source(world: &World, cluster: &str, select: &Select) -> Result<Option<View>, Told> {
    let Some(from) = select.from.first() else {
        return Ok(None);
    };
    let TableFactor::Table { name, .. } = &from.relation else {
        return unsupported("anything but a view in FROM");
    };
    if select.from.len() > 1 || !from.joins.is_empty() {
        return unsupported("joins");
    }
    let table = name.to_string().replace('`', "");
    let (schema, view) = table.rsplit_once('.').unwrap_or(("oceanbase", &table));
    let dual = view.eq_ignore_ascii_case("dual");
    if dual {
        return Ok(None);
    }
    let unknown = || Told::new(1146, "42S02", &format!("Table '{table}' doesn't exist"));
    let id = world.ocp.cluster_id(cluster).ok_or_else(unknown)?;
    let found = views::find(world, id, view).filter(|_| schema.eq_ignore_ascii_case("oceanbase"));
    found.map(Some).ok_or_else(unknown)
}

fn counts(expr: &Expr) -> bool {
    let Expr::Function(function) = expr else { return false };
    let whole =
        matches!(&function.args, FunctionArguments::List(list) if list.to_string() == "*" || list.to_string() == "1");
    whole && function.name.to_string().eq_ignore_ascii_case("count")
}

fn title(item: &SelectItem) -> String {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
            parts.last().map(|p| p.value.clone()).unwrap_or_default()
        }
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => name.value.clone(),
        other => other.to_string(),
    }
}

/// Names and kinds of what is shown.
fn titles(select: &Select, view: Option<&View>) -> Vec<(String, Kind)> {
    let all = view.map_or(&[][..], |v| v.columns);
    let mut titles = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
                titles.extend(all.iter().map(|(name, kind)| ((*name).to_owned(), *kind)));
            }
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                titles.push((title(item), kind(expr, all)));
            }
            SelectItem::ExprWithAliases { .. } => titles.push((title(item), Kind::Text)),
        }
    }
    titles
}

fn kind(expr: &Expr, all: &[(&str, Kind)]) -> Kind {
    let of = |name: &str| {
        all.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, kind)| *kind)
    };
    match expr {
        Expr::Identifier(name) if name.value.starts_with("@@") => Kind::Text,
        Expr::Identifier(name) => of(&name.value).unwrap_or(Kind::Text),
        Expr::CompoundIdentifier(parts) => parts.last().and_then(|p| of(&p.value)).unwrap_or(Kind::Text),
        Expr::Function(function) if function.name.to_string().to_uppercase().contains("UNIX") => Kind::Number,
        Expr::Function(function) => match &*function.name.to_string().to_uppercase() {
            "NOW" | "CURRENT_TIMESTAMP" | "SYSDATE" => Kind::Time,
            _ => Kind::Text,
        },
        Expr::Value(value) if matches!(value.value, sqlparser::ast::Value::Number(..)) => Kind::Number,
        Expr::BinaryOp { .. } | Expr::UnaryOp { .. } => Kind::Number,
        _ => Kind::Text,
    }
}

fn project(select: &Select, row: &Row<'_>) -> Result<Vec<Cell>, Told> {
    let mut cells = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => cells.extend_from_slice(row.cells),
            SelectItem::UnnamedExpr(expr)
            | SelectItem::ExprWithAlias { expr, .. }
            | SelectItem::ExprWithAliases { expr, .. } => cells.push(row.value(expr)?),
        }
    }
    Ok(cells)
}

fn limit(query: &Query) -> Result<usize, Told> {
    let text = match &query.limit_clause {
        None => return Ok(usize::MAX),
        Some(LimitClause::LimitOffset {
            limit: Some(limit),
            offset: None,
            ..
        }) => limit.to_string(),
        Some(_) => return unsupported("OFFSET"),
    };
    text.parse().or_else(|_| unsupported("a LIMIT that is no number"))
}
