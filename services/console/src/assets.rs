//! Stylesheets, scripts and the icon, one of each for clients and for staff: compiled in, each under a name that
//! holds its content's hash, so that a browser keeps it for good and a new version
//! is a new name.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

const STYLE: &str = concat!(
    include_str!("../assets/tokens.css"),
    include_str!("../assets/base.css"),
    include_str!("../assets/form.css")
);
const SCRIPT: &str =
    concat!(include_str!("../assets/leave.js"), include_str!("../assets/form.js"), include_str!("../assets/news.js"));
const STAFF_STYLE: &str = concat!(
    include_str!("../assets/tokens.css"),
    include_str!("../assets/base.css"),
    include_str!("../assets/form.css"),
    include_str!("../assets/staff/shell.css"),
    include_str!("../assets/staff/house.css"),
    include_str!("../assets/staff/queue.css"),
    include_str!("../assets/staff/case.css")
);
const STAFF_SCRIPT: &str = concat!(
    include_str!("../assets/staff/shell.js"),
    include_str!("../assets/staff/news.js"),
    include_str!("../assets/staff/queue.js"),
    include_str!("../assets/staff/intake.js")
);
const ICON: &str = include_str!("../assets/favicon.svg");

/// One file as it is served.
pub(crate) struct Asset {
    name: String,
    kind: &'static str,
    body: &'static str,
}

/// All of them.
pub(crate) struct Assets {
    pub(crate) style: Asset,
    pub(crate) script: Asset,
    pub(crate) staff_style: Asset,
    pub(crate) staff_script: Asset,
    pub(crate) icon: Asset,
}

/// Made once: their names are on every page.
pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: Asset::new("css", "text/css; charset=utf-8", STYLE),
    script: Asset::new("js", "text/javascript; charset=utf-8", SCRIPT),
    staff_style: Asset::new("css", "text/css; charset=utf-8", STAFF_STYLE),
    staff_script: Asset::new("js", "text/javascript; charset=utf-8", STAFF_SCRIPT),
    icon: Asset::new("svg", "image/svg+xml", ICON),
});

impl Asset {
    fn new(extension: &str, kind: &'static str, body: &'static str) -> Self {
        let hash = Sha256::digest(body);
        let name = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
        Self { name: format!("{name}.{extension}"), kind, body }
    }

    /// Where it is served.
    pub(crate) fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// `GET /assets/{name}`
pub(crate) async fn serve(Path(name): Path<String>) -> Result<Response, Problem> {
    let all = [&ASSETS.style, &ASSETS.script, &ASSETS.staff_style, &ASSETS.staff_script, &ASSETS.icon];
    let asset = all.into_iter().find(|asset| asset.name == name).ok_or(Problem::NotFound)?;
    let headers = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.body).into_response())
}
