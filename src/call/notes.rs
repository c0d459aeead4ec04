//! What System says about calls: a missed one leaves a trace, and clients without calls a link.

use std::sync::Arc;

use super::service::Calls;
use crate::{
    account::User,
    chat::{ConversationName, Place, render},
    kernel::Result,
};

impl Calls {
    /// Leaves both a note in their DM with System, which older clients answer by.
    pub(super) async fn note_call(
        &self,
        user: &Arc<User>,
        peer: &Arc<User>,
        is_hidden: bool,
        call: &str,
    ) -> Result<()> {
        let link = self.link(call);
        if !is_hidden {
            let name = render::escape(&user.username);
            let text = format!("{name} called you: [answer]({link})");
            self.chat.tell_as_system(peer, text).await?;
        }
        let name = render::escape(&peer.username);
        let text = format!("You called {name}: [open the call]({link})");
        let told = self.chat.tell_as_system(user, text).await?;
        // Who called knows: it is no news to them.
        let system = ConversationName::Dm(told.username.clone());
        self.chat.mark_read(user, &system, told.seq, None).await?;
        Ok(())
    }

    pub(super) async fn note_group_call(
        &self,
        user: &User,
        place: Place,
        call: &str,
    ) -> Result<()> {
        let name = render::escape(&user.username);
        let text = format!("{name} started a call: [join]({})", self.link(call));
        self.chat.say_as_system(place, text).await?;
        Ok(())
    }

    fn link(&self, call: &str) -> String {
        format!("{}/call/{call}", self.public_url.trim_end_matches('/'))
    }
}
