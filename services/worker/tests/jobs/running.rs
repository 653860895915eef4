//! The whole worker, over the local transport and in real time.

use std::{sync::Arc, time::Duration};

use rapport_domain::case::CaseState;
use rapport_runtime::Clock;
use rapport_store::{Topic, deliveries::LocalTransport};
use rapport_worker::{Config, Deps, run};
use tokio_util::sync::CancellationToken;

use crate::{
    house::House,
    people::{couple, individual},
};
use rapport_domain::intake::IfPartnerSilent;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_carry_intakes_to_their_ends_and_stop_when_told() {
    let house = House::open().await;
    let clock = house.clock.clone();
    let transport = LocalTransport::new(house.deps.store.clone(), move || clock.now());
    let deps = Deps { transport: Arc::new(transport), ..house.deps.clone() };
    let stop = CancellationToken::new();
    let workers = [0, 1].map(|_| tokio::spawn(run(Config::default(), deps.clone(), stop.clone())));

    let mut news = deps.store.wakes().subscribe(Topic::Cases);
    let mut cases = Vec::new();
    for number in 0..5 {
        cases.push((house.submit(&individual(number)).await, CaseState::Confirmed));
    }
    cases.push((house.submit(&couple(9, IfPartnerSilent::CallMe)).await, CaseState::Held));
    for (case, end) in cases {
        while house.case(case).await.state != end {
            tokio::time::timeout(Duration::from_secs(20), news.changed()).await.expect("nothing moves");
        }
    }
    assert_eq!(house.booked().await, 6);

    stop.cancel();
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    house.close().await;
}
