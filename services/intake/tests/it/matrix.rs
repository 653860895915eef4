//! Every RPC with every kind of bearer, and every client's RPC with somebody else's name: generated from the table in
//! `policy.rs`, so that a new RPC is tried the day it is served.

use jiff::SignedDuration;
use prost_reflect::{DynamicMessage, Value};
use rapport_domain::{
    contact::{EmailAddress, Name},
    id::AccountId,
    intake::Care,
};
use rapport_intake::policy::{Access, RPCS, Rpc};
use rapport_proto::intake as pb;
use rapport_runtime::{Ids, SystemIds};
use rapport_security::{Principal, Role, StaffPrincipal, Token};
use rapport_store::{Account, OneTimeSignIn, accounts};
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;
use uuid::Uuid;

use crate::{
    appointments::hold,
    house::{House, bearing, house, reason},
    invitations::invite,
};

/// Who holds what; each makes a fresh one, since some calls use it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bearer {
    Nobody,
    Nonsense,
    Client,
    Draft,
    Invitation,
    ToEnrol,
    ToRedeem,
    Staff(Role),
    Session(Role),
}

impl Bearer {
    fn all() -> Vec<Self> {
        let kinds =
            [Self::Nobody, Self::Nonsense, Self::Client, Self::Draft, Self::Invitation, Self::ToEnrol, Self::ToRedeem];
        kinds.into_iter().chain(Role::ALL.map(Self::Staff)).chain(Role::ALL.map(Self::Session)).collect()
    }

    /// Whether the table admits them; a one-time sign-in is of one kind or the other.
    fn admitted(self, rpc: &Rpc) -> bool {
        let staff = |role| Principal::Staff(StaffPrincipal { label: String::new(), role, token_id: Uuid::nil() });
        let principal = match self {
            Self::Nobody | Self::Nonsense => Principal::Anonymous,
            Self::Client => Principal::Client(Uuid::nil()),
            Self::Draft => Principal::Draft(Uuid::nil()),
            Self::Invitation => Principal::Invitation(Uuid::nil()),
            Self::ToEnrol | Self::ToRedeem => Principal::Newcomer(Uuid::nil()),
            Self::Staff(role) | Self::Session(role) => staff(role),
        };
        match (rpc.access, self) {
            (Access::Enrol, Self::ToRedeem) | (Access::Redeem, Self::ToEnrol) => false,
            (Access::DraftOrNew, Self::Nonsense) => false,
            _ => rpc.access.admits(&principal),
        }
    }

    async fn token(self, house: &House) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::Nonsense => Token::generate().text(),
            Self::Client => house.submit("01-drift-and-stress.json").await.status_token,
            Self::Draft => {
                let protocol = house.deps.practice.protocol.digest().to_owned();
                let request = pb::SaveDraftRequest { protocol, ..Default::default() };
                house.client.clone().save_draft(request).await.unwrap().into_inner().draft_token
            }
            Self::Invitation => {
                let first = house.submit("02-couple.json").await;
                invite(house, &first, None).await.unwrap().invitation_token
            }
            Self::ToEnrol => one_time(house, Role::Coordinator, false).await,
            Self::ToRedeem => one_time(house, Role::Coordinator, true).await,
            Self::Staff(role) => house.token(role).await,
            Self::Session(role) => {
                let token = one_time(house, role, true).await;
                let mut accounts = rapport_proto::staff::account_service_client::AccountServiceClient::new(
                    house.staff_channel.clone(),
                );
                let opened = accounts.redeem_sign_in(bearing(&token, <_>::default())).await.unwrap().into_inner();
                opened.session.unwrap().token
            }
        }
    }
}

/// As the command line makes it.
async fn one_time(house: &House, role: Role, opens_session: bool) -> String {
    let (id, now, token) = (SystemIds.uuid(), house.deps.clock.now(), Token::generate());
    let email = EmailAddress::parse(&format!("{}@example.com", id.simple())).unwrap();
    let account = Account::invited(AccountId::new(id), Name::parse("Robin").unwrap(), email, role, now);
    let offered = OneTimeSignIn { account: account.id, opens_session, expires_at: now + SignedDuration::from_hours(1) };
    let hash = token.hash();
    let made: Result<(), rapport_store::StoreError> = house
        .deps
        .store
        .transact(move |tx| {
            Box::pin(async move {
                accounts::create(tx, &account, now).await?;
                accounts::offer_sign_in(tx, offered, hash).await
            })
        })
        .await;
    made.unwrap();
    token.text()
}

/// Calls with an empty request, or with one that names something; answers why it was refused.
async fn call(house: &House, rpc: &Rpc, token: &str, name: Option<&str>) -> Option<Status> {
    let (service, method) = rpc.name.split_once('/').unwrap();
    let pool = rapport_proto::descriptor();
    let input = pool.get_service_by_name(service).unwrap().methods().find(|it| it.name() == method).unwrap().input();
    let mut message = DynamicMessage::new(input);
    if let Some(name) = name {
        message.set_field_by_name("name", Value::String(name.to_owned()));
    }
    let request = if token.is_empty() { Request::new(message) } else { bearing(token, message) };
    let of_clients = service == "rapport.intake.v1.IntakeService";
    let mut client = tonic::client::Grpc::new(if of_clients { &house.channel } else { &house.staff_channel }.clone());
    client.ready().await.unwrap();
    let (path, codec) = (format!("/{}", rpc.name).parse().unwrap(), ProstCodec::<DynamicMessage, ()>::default());
    match rpc.streams {
        true => client.server_streaming(request, path, codec).await.err(),
        false => client.unary(request, path, codec).await.err(),
    }
}

/// Guard: `GuardLayer::admit`, and each arm of `authenticate`.
#[tokio::test]
async fn every_rpc_admits_the_bearers_of_its_row_and_no_other() {
    let house = house().await;
    let mut shared = Vec::new();
    for bearer in Bearer::all() {
        shared.push((bearer, bearer.token(&house).await));
    }
    for rpc in RPCS {
        for (bearer, token) in &shared {
            let admitted = bearer.admitted(rpc);
            let fresh = if admitted { bearer.token(&house).await } else { token.clone() };
            let refused = call(&house, rpc, &fresh, None).await;
            let told = refused.as_ref().map(|status| (status.code(), reason(status)));
            let shut_out = match &told {
                Some((Code::Unauthenticated, reason)) => reason == "TOKEN_INVALID",
                Some((Code::PermissionDenied, reason)) => reason == "ROLE_FORBIDDEN",
                _ => false,
            };
            assert_eq!(shut_out, !admitted, "{} with {bearer:?}: {told:?}", rpc.name);
            let of_staff = matches!(rpc.access, Access::Staff(_));
            if shut_out && of_staff && matches!(bearer, Bearer::Staff(_) | Bearer::Session(_)) {
                assert_eq!(told.unwrap().1, "ROLE_FORBIDDEN", "{} with {bearer:?}", rpc.name);
            }
        }
    }
}

/// What is somebody else's is answered exactly like what is not there. Guard: each use case compares with its own intake.
#[tokio::test]
async fn what_is_somebody_elses_is_not_there_whatever_is_called() {
    let house = house().await;
    let own = house.submit("02-couple.json").await;
    let other = house.submit("02-couple.json").await;
    let others = hold(&house, &other.intake, Care::Couple).await.id.to_string();
    for rpc in RPCS.iter().filter(|rpc| rpc.access == Access::Client) {
        for (theirs, nobodys) in [
            (other.intake.clone(), format!("intakes/{}", Uuid::nil())),
            (others.clone(), format!("appointments/{}", Uuid::nil())),
        ] {
            let told = async |name: &str| {
                let refused = call(&house, rpc, &own.status_token, Some(name)).await;
                let refused = refused.unwrap_or_else(|| panic!("{} answers about {name}", rpc.name));
                (refused.code(), refused.message().to_owned(), refused.details().to_vec())
            };
            assert_eq!(told(&theirs).await, told(&nobodys).await, "{}", rpc.name);
        }
    }
}
