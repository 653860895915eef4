//! The RPCs of `rapport.staff.v1.RosterService`: parse, call, convert.

use prost::Message;
use rapport_domain::{id::TherapistId, problem::FileProblem};
use rapport_proto::staff::{self as pb, roster_service_server::RosterService};
use rapport_security::{Principal, StaffPrincipal};
use tonic::{Request, Response, Status};

use crate::{
    Deps, close_room, create_therapist,
    import_busy_times::{self, ImportBusy},
    import_roster::{self, Import, ImportError},
    list_hours, list_sessions, list_therapists, parse,
    policy::{self, Rpc},
    refusal::Refusal,
    repeat::{self, Repeatable},
    set_hours,
    staff_api::staff,
    trail,
    treated_client::{self, Treated},
    update_therapist, view,
};

/// What staff keep the roster with.
pub(crate) struct RosterApi {
    deps: Deps,
}

impl RosterApi {
    pub(crate) const fn new(deps: Deps) -> Self {
        Self { deps }
    }

    /// A trial is answered anew each time.
    fn repeatable(
        &self,
        staff: &StaffPrincipal,
        rpc: Rpc,
        request: &impl Message,
        request_id: &str,
        only_try: bool,
    ) -> Result<Repeatable, Refusal> {
        let request_id = if only_try { "" } else { request_id };
        Repeatable::new(&self.deps, &Principal::Staff(staff.clone()), rpc, request, request_id)
    }
}

#[tonic::async_trait]
impl RosterService for RosterApi {
    async fn list_therapists(
        &self,
        request: Request<pb::ListTherapistsRequest>,
    ) -> Result<Response<pb::ListTherapistsResponse>, Status> {
        let staff = staff(&request)?;
        let query = parse::list_therapists(request.get_ref(), self.deps.store.keyring())?;
        Ok(Response::new(list_therapists::run(&self.deps, &staff, query).await?))
    }

    async fn get_therapist(
        &self,
        request: Request<pb::GetTherapistRequest>,
    ) -> Result<Response<pb::GetTherapistResponse>, Status> {
        let staff = staff(&request)?;
        let therapist = parse::name("name", &request.get_ref().name)?;
        Ok(Response::new(list_therapists::one(&self.deps, &staff, therapist).await?))
    }

    async fn create_therapist(
        &self,
        request: Request<pb::CreateTherapistRequest>,
    ) -> Result<Response<pb::CreateTherapistResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::CREATE_THERAPIST, &request, &request.request_id, false)?;
        let profile = parse::create_therapist(request, &self.deps.practice)?;
        Ok(Response::new(create_therapist::run(&self.deps, staff, profile, repeatable).await?))
    }

    async fn update_therapist(
        &self,
        request: Request<pb::UpdateTherapistRequest>,
    ) -> Result<Response<pb::UpdateTherapistResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let (id, trial) = (request.request_id.clone(), request.validate_only);
        let repeatable = self.repeatable(&staff, policy::UPDATE_THERAPIST, &request, &id, trial)?;
        let asked = parse::update_therapist(request, &self.deps.practice)?;
        Ok(Response::new(update_therapist::run(&self.deps, staff, asked, repeatable).await?))
    }

    async fn set_hours(&self, request: Request<pb::SetHoursRequest>) -> Result<Response<pb::SetHoursResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let (id, trial) = (request.request_id.clone(), request.validate_only);
        let repeatable = self.repeatable(&staff, policy::SET_HOURS, &request, &id, trial)?;
        let asked = parse::set_hours(request, &self.deps.practice)?;
        Ok(Response::new(set_hours::run(&self.deps, staff, asked, repeatable).await?))
    }

    async fn list_hours(
        &self,
        request: Request<pb::ListHoursRequest>,
    ) -> Result<Response<pb::ListHoursResponse>, Status> {
        let staff = staff(&request)?;
        let asked = parse::list_hours(request.get_ref())?;
        Ok(Response::new(list_hours::run(&self.deps, &staff, asked).await?))
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Result<Response<pb::ListSessionsResponse>, Status> {
        let staff = staff(&request)?;
        let asked = parse::list_sessions(request.get_ref(), &self.deps.practice, self.deps.store.keyring())?;
        Ok(Response::new(list_sessions::run(&self.deps, &staff, asked).await?))
    }

    async fn import_roster(
        &self,
        request: Request<pb::ImportRosterRequest>,
    ) -> Result<Response<pb::ImportRosterResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let (id, trial) = (request.request_id.clone(), request.validate_only);
        let repeatable = self.repeatable(&staff, policy::IMPORT_ROSTER, &request, &id, trial)?;
        let asked = Import {
            file: String::new(),
            csv: request.csv,
            apply: !trial,
            audit: trail::by_staff(&self.deps, &staff, policy::IMPORT_ROSTER, Vec::new()),
        };
        Ok(Response::new(import(&self.deps, asked, repeatable).await?))
    }

    async fn import_busy_times(
        &self,
        request: Request<pb::ImportBusyTimesRequest>,
    ) -> Result<Response<pb::ImportBusyTimesResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let (id, trial) = (request.request_id.clone(), request.validate_only);
        let repeatable = self.repeatable(&staff, policy::IMPORT_BUSY_TIMES, &request, &id, trial)?;
        let therapist: TherapistId = parse::name("name", &request.name)?;
        let import = ImportBusy {
            therapist,
            file: String::new(),
            calendar: request.calendar,
            etag: request.etag,
            apply: !trial,
            audit: trail::by_staff(&self.deps, &staff, policy::IMPORT_BUSY_TIMES, Vec::new()),
        };
        Ok(Response::new(import_busy(&self.deps, import, repeatable).await?))
    }

    async fn note_treated_client(
        &self,
        request: Request<pb::NoteTreatedClientRequest>,
    ) -> Result<Response<pb::NoteTreatedClientResponse>, Status> {
        let (staff, deps) = (staff(&request)?, &self.deps);
        let asked = request.get_ref();
        let (who, tokens) = parse::treated_client(&asked.name, &asked.email, &asked.phone, &deps.store)?;
        treated_client::run(deps, &staff, policy::NOTE_TREATED_CLIENT, Treated::Note, who, tokens).await?;
        Ok(Response::new(pb::NoteTreatedClientResponse {}))
    }

    async fn forget_treated_client(
        &self,
        request: Request<pb::ForgetTreatedClientRequest>,
    ) -> Result<Response<pb::ForgetTreatedClientResponse>, Status> {
        let (staff, deps) = (staff(&request)?, &self.deps);
        let asked = request.get_ref();
        let (who, tokens) = parse::treated_client(&asked.name, &asked.email, &asked.phone, &deps.store)?;
        treated_client::run(deps, &staff, policy::FORGET_TREATED_CLIENT, Treated::Forget, who, tokens).await?;
        Ok(Response::new(pb::ForgetTreatedClientResponse {}))
    }

    async fn close_room(
        &self,
        request: Request<pb::CloseRoomRequest>,
    ) -> Result<Response<pb::CloseRoomResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let (id, trial) = (&request.request_id, request.validate_only);
        let repeatable = self.repeatable(&staff, policy::CLOSE_ROOM, &request, id, trial)?;
        let asked = parse::close_room(&request, &self.deps.practice, self.deps.clock.now())?;
        Ok(Response::new(close_room::run(&self.deps, staff, asked, repeatable).await?))
    }

    async fn reopen_room(
        &self,
        request: Request<pb::ReopenRoomRequest>,
    ) -> Result<Response<pb::ReopenRoomResponse>, Status> {
        let staff = staff(&request)?;
        let closure = parse::name("name", &request.get_ref().name)?;
        close_room::reopen(&self.deps, &staff, closure).await?;
        Ok(Response::new(pb::ReopenRoomResponse {}))
    }

    async fn list_room_closures(
        &self,
        request: Request<pb::ListRoomClosuresRequest>,
    ) -> Result<Response<pb::ListRoomClosuresResponse>, Status> {
        let staff = staff(&request)?;
        Ok(Response::new(close_room::list(&self.deps, &staff).await?))
    }
}

async fn import(deps: &Deps, import: Import, repeatable: Repeatable) -> Result<pb::ImportRosterResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let import = import.clone();
        Box::pin(async move {
            let done = import_roster::within(deps, tx, &import).await.map_err(|error| match error {
                ImportError::File(problems) => in_file("csv", &problems),
                ImportError::Store(error) => error.into(),
            })?;
            Ok(pb::ImportRosterResponse {
                rows: view::import_rows(&done.plan),
                untouched: done.plan.untouched.iter().map(|therapist| therapist.name.clone()).collect(),
                warnings: done.warnings.iter().map(place_and_text).collect(),
                outside: view::outside(&done.outside),
            })
        })
    })
    .await
}

async fn import_busy(
    deps: &Deps,
    import: ImportBusy,
    repeatable: Repeatable,
) -> Result<pb::ImportBusyTimesResponse, Refusal> {
    let elsewhere = import_busy_times::read(deps, &import).map_err(|problems| in_file("calendar", &problems))?;
    repeat::change(deps, repeatable, move |deps, tx| {
        let (import, elsewhere) = (import.clone(), elsewhere.clone());
        Box::pin(async move {
            let changed = import_busy_times::within(deps, tx, &import, elsewhere).await?;
            let therapist = view::therapist(deps, tx, &changed.on_roster).await?;
            Ok(pb::ImportBusyTimesResponse { therapist: Some(therapist), outside: view::outside(&changed.outside) })
        })
    })
    .await
}

/// What is wrong with a file that came as a field.
fn in_file(field: &str, problems: &[FileProblem]) -> Refusal {
    let problem = |it: &FileProblem| rapport_domain::problem::FieldProblem {
        field: field.to_owned(),
        description: place_and_text(it),
    };
    Refusal::Fields(problems.iter().map(problem).collect())
}

/// `LINE:COLUMN: what, hint`: a field has no name of a file.
fn place_and_text(problem: &FileProblem) -> String {
    problem.to_string().trim_start_matches(':').to_owned()
}
