//! What browsers tell each other through the server.

use serde::Serialize;
use serde_json::value::to_raw_value;

use super::{
    relay::{Route, Target, not_in_call},
    room::Seat,
    service::Calls,
};
use crate::{
    kernel::Result,
    socket::{Caller, Sid},
};

impl Calls {
    /// Says `body` as `event` to `target` within the room `name`.
    ///
    /// # Errors
    /// `not_in_call`, `rate_limited`, `timed_out`.
    pub(super) async fn relay<T: Serialize>(
        &self,
        caller: &Caller,
        (name, target): (&str, &Target),
        event: &str,
        body: impl FnOnce(&Route) -> T,
    ) -> Result<()> {
        self.may_signal(caller).await?;
        let route = self.read(|registry| registry.route(name.trim(), caller.sid, target))?;
        self.pass_on(caller, &route, event, &body(&route)).await
    }

    /// Says something to the person called `to` in a call that both are in.
    ///
    /// # Errors
    /// See [`Calls::relay`].
    pub(super) async fn relay_in_call<T: Serialize>(
        &self,
        caller: &Caller,
        to: &str,
        event: &str,
        body: impl FnOnce(&str, &Route) -> T,
    ) -> Result<()> {
        self.may_signal(caller).await?;
        let (call, route) = self.read(|registry| registry.route_in_calls(caller.sid, to))?;
        self.pass_on(caller, &route, event, &body(&call, &route))
            .await
    }

    async fn may_signal(&self, caller: &Caller) -> Result<()> {
        let user = self.chat.require_user(caller.user).await?;
        self.chat.require_not_timed_out(&user)?;
        self.pace.signal(user.id)
    }

    /// Whoever is not in the group any more neither speaks nor hears, although upkeep has not put them
    /// out yet.
    async fn pass_on<T: Serialize>(
        &self,
        caller: &Caller,
        route: &Route,
        event: &str,
        body: &T,
    ) -> Result<()> {
        let mut sockets = route.to.clone();
        if let Some(id) = route.group {
            let group = self.groups.find(id).await?.ok_or_else(not_in_call)?;
            if !group.has(caller.user) {
                return Err(not_in_call());
            }
            let hears = route.to.iter().zip(&route.people);
            let members = hears.filter(|(_, person)| group.has(**person));
            sockets = members.map(|(sid, _)| *sid).collect();
        }
        self.emit(&sockets, event, body)
    }

    /// Notes whether one's microphone and camera are on, and tells the others.
    ///
    /// # Errors
    /// `not_in_call`, `rate_limited`.
    pub(super) async fn mute<T: Serialize>(
        &self,
        caller: &Caller,
        name: &str,
        media: (bool, Option<bool>),
        body: impl FnOnce(&Seat) -> T,
    ) -> Result<()> {
        self.may_signal(caller).await?;
        let (seat, sockets) = self.registry().mute(name.trim(), caller.sid, media)?;
        self.emit(&sockets, "voice_mute", &body(&seat))
    }

    fn emit<T: Serialize>(&self, sockets: &[Sid], event: &str, body: &T) -> Result<()> {
        let data = to_raw_value(body)?;
        for sid in sockets {
            let bytes = data.get().len();
            self.delivery.emit_to_socket(*sid, &[event], &data, bytes);
        }
        Ok(())
    }
}
