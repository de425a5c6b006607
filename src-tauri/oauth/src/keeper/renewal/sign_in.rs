//! Obtaining with a person: Get New Token, and requests that need a sign-in.

use std::sync::Arc;

use futures_util::future::{BoxFuture, Either, FutureExt, Shared, WeakShared, select};

use super::commit::fresh;
use super::way::Way;
use super::{PATIENCE, deleted};
use crate::failure::Failure;
use crate::flow::Flow;
use crate::grants;
use crate::keeper::memory::Held;
use crate::keeper::{Inner, TokenDemand, lock};
use crate::ports::{FlowObserver, Person};
use crate::transcript::{Step, StepResult};

/// A sign-in under way. Unlike a renewal it is not carried on when nobody waits.
pub(in crate::keeper) type SharedSignIn = Shared<BoxFuture<'static, Result<Held, Failure>>>;
pub(in crate::keeper) type WeakSignIn = WeakShared<BoxFuture<'static, Result<Held, Failure>>>;

impl Inner {
    /// Lets a person sign in because requests need it: however many there are, they share one sign-in. It ends when
    /// nobody waits for it any more.
    pub(in crate::keeper) fn sign_in(
        self: &Arc<Self>,
        demand: &TokenDemand,
        person: Arc<dyn Person>,
        observer: Arc<dyn FlowObserver>,
    ) -> SharedSignIn {
        let key = demand.key();
        let mut sign_ins = lock(&self.sign_ins);
        if let Some(under_way) = sign_ins.get(&key).and_then(WeakShared::upgrade) {
            return under_way;
        }
        let (inner, demand, own_key) = (self.clone(), demand.clone(), key.clone());
        let outcome = async move {
            let outcome = inner.obtain(&demand, &*person, observer).await;
            lock(&inner.sign_ins).remove(&own_key);
            outcome
        };
        let outcome = outcome.boxed().shared();
        if let Some(weak) = outcome.downgrade() {
            sign_ins.insert(key, weak);
        }
        outcome
    }

    /// Get New Token: carries out the grant with a person, and puts the result in place of what was there.
    pub(in crate::keeper) async fn obtain(
        &self,
        demand: &TokenDemand,
        person: &dyn Person,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Held, Failure> {
        let key = demand.key();
        let flow = Flow::new(&self.surroundings, &demand.config);
        flow.join(observer);
        let carried_out = Box::pin(self.go(&demand.config, None, &flow, Way::With(person)));
        let granted = match select(carried_out, person.cancelled()).await {
            Either::Left((outcome, _)) => outcome.map_err(|error| flow.told(error.failure))?,
            Either::Right(_) => return Err(flow.told(grants::cancelled())),
        };
        // A refresh that is under way elsewhere looks again before it writes, so a lock that cannot be had is no
        // reason to lose what a person has just signed in for.
        let guard = self.surroundings.lock.acquire(&key, PATIENCE).await;
        let new = fresh(demand, granted.tokens);
        let began = flow.begin();
        if let Err(failure) = self.surroundings.store.save(&key, &new).await {
            flow.end(Step::Store, began, StepResult::Failed, failure.message.clone());
            return Err(flow.told(failure));
        }
        flow.end(Step::Store, began, StepResult::Ok, "The new token set is stored");
        drop(guard);
        lock(&self.pauses).remove(&key);
        lock(&self.unsaved).remove(&key);
        let held = self.remember(&key, Some(new)).ok_or_else(|| deleted().failure)?;
        self.changed(&key);
        match held.mistrusted(&demand.config) {
            Some(failure) => Err(flow.told(failure)),
            None => Ok(held),
        }
    }
}
