//! `rapport staff roles`: who may call what, as the one table in the code has it.

use rapport_intake::policy::{Access, RPCS, Rpc};
use rapport_security::Role;
use serde::Serialize;

use crate::print;

#[derive(Serialize)]
struct Row {
    rpc: &'static str,
    callers: Vec<&'static str>,
}

/// Prints a Markdown table, or JSON.
///
/// # Errors
/// Where nobody reads it.
pub(crate) fn run(json: bool) -> anyhow::Result<()> {
    let rows: Vec<Row> = RPCS.iter().map(|rpc| Row { rpc: rpc.name, callers: callers(rpc) }).collect();
    if json {
        return print::json(&rows);
    }
    print::line("| RPC | who may call |")?;
    print::line("|---|---|")?;
    for row in rows {
        print::line(format_args!("| `{}` | {} |", row.rpc, row.callers.join(", ")))?;
    }
    Ok(())
}

fn callers(rpc: &Rpc) -> Vec<&'static str> {
    match rpc.access {
        Access::Public => vec!["anybody"],
        Access::Client => vec!["the client of the intake"],
        Access::Draft => vec!["the holder of the draft"],
        Access::DraftOrNew => vec!["the holder of the draft", "anybody who begins one"],
        Access::Invitation => vec!["the holder of the invitation"],
        Access::Enrol | Access::Redeem => vec!["the holder of the one-time sign-in"],
        Access::Bounces => vec!["whatever reports letters that came back"],
        Access::Feed => vec!["whoever subscribes to the calendar feed"],
        Access::Staff(roles) => roles.iter().copied().map(Role::name).collect(),
    }
}
