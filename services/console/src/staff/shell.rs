//! What stands around every page of staff's: where they can go, who is signed in, the way out.

use rapport_domain::contact::Language;

use super::{health::Light, places::PLACES, signed_in::Staff};
use crate::{assets::ASSETS, desk::Desk};

/// What every page shows.
pub(crate) struct Shell {
    /// The practice's neutral name: the end of the page's title.
    pub(crate) office: String,
    /// Name and role; none where nobody is signed in.
    pub(crate) who: Option<(String, &'static str)>,
    /// Address, name, and whether the page lies within it.
    pub(crate) places: Vec<(&'static str, &'static str, bool)>,
    /// How the house does; none before anybody has signed in, and where that cannot be asked.
    pub(crate) light: Option<Light>,
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
}

impl Shell {
    /// Around a page of somebody's.
    pub(crate) async fn of(desk: &Desk, staff: &Staff) -> Self {
        let open = PLACES.iter().filter(|place| staff.may(place.by));
        Self {
            who: Some((staff.account.display_name.clone(), staff.role())),
            places: open.map(|place| (place.path, place.name, place.holds(&staff.path))).collect(),
            light: Light::now(desk, staff).await,
            ..Self::of_nobody(desk).await
        }
    }

    /// Around a page before anybody has signed in.
    pub(crate) async fn of_nobody(desk: &Desk) -> Self {
        let practice = desk.board.today(Language::En).await.ok();
        Self {
            office: practice.map_or_else(|| "Our office".to_owned(), |practice| practice.office.clone()),
            who: None,
            places: Vec::new(),
            light: None,
            style: ASSETS.staff_style.path(),
            script: ASSETS.staff_script.path(),
            icon: ASSETS.icon.path(),
        }
    }
}
