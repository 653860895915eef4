//! Every address, in one list, each with the calls that its page is made of: whoever may not make all of them is not let
//! in, and a test asks for each as everybody. A `GET` shows and changes nothing of anybody's; whatever changes something
//! is a `POST` that `CsrfLayer` has let through. No address holds an answer, and none says what we do.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::Method,
    middleware,
    routing::{self, MethodRouter},
};

use crate::{assets, desk::Desk, pages, problem::Problem, programs, rpc, rpc::Rpc, staff};

/// An address with a method, and what it is made of.
pub struct Route {
    /// `GET` or `POST`.
    pub method: Method,
    /// The address, with braces around what changes in it.
    pub path: &'static str,
    /// What whoever asks must be let call; nothing where everybody is shown the same.
    pub calls: &'static [Rpc],
    serve: MethodRouter<Desk>,
}

impl Route {
    /// A page to look at.
    pub(crate) fn get<H, T>(path: &'static str, calls: &'static [Rpc], handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        Self { method: Method::GET, path, calls, serve: routing::get(handler) }
    }

    /// Something to do.
    pub(crate) fn post<H, T>(path: &'static str, calls: &'static [Rpc], handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        Self { method: Method::POST, path, calls, serve: routing::post(handler) }
    }

    /// With a body of as many bytes as that, and no other limit.
    pub(crate) fn of_at_most(self, bytes: usize) -> Self {
        Self { serve: self.serve.layer(DefaultBodyLimit::max(bytes)), ..self }
    }
}

/// The list. What does not stand here is not served.
#[must_use]
pub fn all() -> Vec<Route> {
    let clients = vec![
        Route::get("/", &[], pages::welcome::show),
        Route::get("/help", &[], pages::help::show),
        Route::get("/call", &[], pages::call::show),
        Route::post("/call", &[rpc::REQUEST_CALL], pages::call::ask),
        Route::get("/answers", &[], pages::questions::show),
        Route::post("/language", &[], pages::language::choose),
        Route::post("/leave", &[], pages::leave::leave),
        // The form.
        Route::post("/begin", &[rpc::SAVE_DRAFT], pages::begin::begin),
        Route::get("/questions/{number}", &[rpc::GET_DRAFT], pages::step::show),
        Route::post("/questions/{number}", &[rpc::GET_DRAFT, rpc::SAVE_DRAFT], pages::step::answer),
        Route::get("/about/{number}", &[rpc::GET_DRAFT], pages::about::show),
        Route::post("/about/{number}", &[rpc::GET_DRAFT], pages::about::keep),
        Route::get("/review", &[rpc::GET_DRAFT], pages::review::show),
        Route::get("/send", &[], pages::send::sent),
        Route::post("/send", &[rpc::SUBMIT_INTAKE], pages::send::send),
        Route::get("/later", &[rpc::GET_DRAFT], pages::later::show),
        Route::get("/continue", &[rpc::GET_DRAFT], pages::begin::go_on),
        Route::get("/continue/{token}", &[], pages::begin::resume),
        // What became of it. Who has no session reads that they have none.
        Route::get("/session", &[], pages::session::show),
        Route::get("/session/{token}", &[], pages::session::open),
        Route::get("/session/news", &[rpc::WATCH_INTAKE], pages::news::stream),
        Route::get("/session/calendar", &[rpc::GET_INTAKE], pages::session::calendar),
        Route::post("/session/accept", &[rpc::CONFIRM_APPOINTMENT], pages::session::accept),
        Route::post("/session/cancel", &[rpc::CANCEL_APPOINTMENT], pages::session::cancel),
        Route::get("/session/move", &[rpc::GET_INTAKE, rpc::LIST_OPEN_SLOTS], pages::move_session::show),
        Route::post("/session/move", &[rpc::RESCHEDULE_APPOINTMENT], pages::move_session::choose),
        Route::get("/reach", &[rpc::GET_INTAKE, rpc::UPDATE_CONTACT], pages::reach::show),
        Route::post("/reach", &[rpc::GET_INTAKE, rpc::UPDATE_CONTACT], pages::reach::change),
        // Two partners.
        Route::get("/invite", &[rpc::INVITE_PARTNER], pages::invite::show),
        Route::post("/invite", &[rpc::INVITE_PARTNER], pages::invite::make),
        Route::get("/invitation", &[rpc::ACCEPT_INVITATION], pages::invitation::show),
        Route::get("/invitation/{token}", &[], pages::invitation::open),
        Route::post("/invitation/look", &[rpc::ACCEPT_INVITATION], pages::invitation::look),
        Route::post("/invitation/decline", &[rpc::DECLINE_INVITATION], pages::invitation::decline),
        Route::get("/assets/{name}", &[], assets::serve),
    ];
    clients.into_iter().chain(staff::routes::all()).chain(programs::routes()).collect()
}

/// Serves the list. Pages of clients and programs bring the token of what they open, and the service says whether it does;
/// staff's are made of many calls, and nobody comes to one who may not make them all.
#[expect(clippy::disallowed_methods, reason = "the one place where a route is made")]
pub(crate) fn serve(desk: &Desk) -> Router<Desk> {
    let add = |router: Router<Desk>, route: Route| {
        let Route { path, calls, serve, .. } = route;
        let of_staff = staff::routes::holds(path) && !calls.is_empty();
        let admit = || middleware::from_fn_with_state((desk.clone(), calls), staff::admit::admit);
        router.route(path, if of_staff { serve.route_layer(admit()) } else { serve })
    };
    all().into_iter().fold(Router::new(), add).fallback(async || Problem::NotFound)
}
