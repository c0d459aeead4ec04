//! The events, in the order in which they are described.

/// An event that clients send.
pub(super) struct Incoming {
    pub(super) names: &'static [&'static str],
    pub(super) payload: &'static str,
    pub(super) answer: &'static str,
    pub(super) about: &'static str,
}

/// An event that the server sends.
pub(super) struct Outgoing {
    pub(super) names: &'static [&'static str],
    pub(super) payload: Payload,
    pub(super) to: &'static str,
    pub(super) about: &'static str,
}

/// What an event carries.
pub(super) enum Payload {
    /// A value of this type, described below the tables.
    Typed(&'static str),
    /// Something small, told in words.
    Told(&'static str),
}

/// Every event that clients send.
pub(super) const INCOMING: &[Incoming] = &[
    Incoming {
        names: &["send_message"],
        payload: "`{text, attachment?, reply_to?, nonce?}`; with `mode: \"dm\"` and `peer`, or `mode: \"gdm\"` and `thread_id`, as below. All that send take a file as base64 instead of its name: `{filename?, content}`, or several in `attachments: [{filename?, content}]`",
        answer: "Sent",
        about: "Says something in public. In all that send, a text such as `/help` may be a command: it is not sent but answered with [Commanded](#commanded), and with a private `system_message`",
    },
    Incoming {
        names: &["dm_send"],
        payload: "`{to, text, attachment?, reply_to?, nonce?}`; `to` may be called `peer` or `to_user`",
        answer: "Sent",
        about: "Says something to one person",
    },
    Incoming {
        names: &["gdm_send"],
        payload: "`{thread_id, text, attachment?, reply_to?, nonce?}`; `thread_id` may be called `tid`",
        answer: "Sent",
        about: "Says something in a group",
    },
    Incoming {
        names: &["channel_send"],
        payload: "`{channel_id, text, attachment?, reply_to?, nonce?}`",
        answer: "Sent",
        about: "Says something in a channel of a server",
    },
    Incoming {
        names: &["edit_message", "dm_edit", "gdm_edit", "channel_edit"],
        payload: "`{id, text}`",
        answer: "Changed",
        about: "Gives a message another text: public, in a DM, in a group, in a channel",
    },
    Incoming {
        names: &[
            "delete_message",
            "dm_delete",
            "gdm_delete",
            "channel_delete",
        ],
        payload: "the id, or `{id}`",
        answer: "Changed",
        about: "Deletes a message: public, in a DM, in a group, in a channel",
    },
    Incoming {
        names: &["mark_read"],
        payload: "`{conversation, seq}`",
        answer: "ReadState",
        about: "Notes how far one has read; it only moves forward",
    },
    Incoming {
        names: &["sync"],
        payload: "`{since: {conversation: rev, ...}, limit?}`",
        answer: "Synced",
        about: "Everything that changed since, tombstones included",
    },
    Incoming {
        names: &["typing"],
        payload: "`{typing: true or false}`, or nothing for true",
        answer: "`{}`",
        about: "One types in public, or stopped. Forgotten after 3 seconds",
    },
    Incoming {
        names: &["typing_start"],
        payload: "nothing",
        answer: "`{}`",
        about: "One types in public",
    },
    Incoming {
        names: &["typing_stop", "stop_typing"],
        payload: "nothing",
        answer: "`{}`",
        about: "One stopped typing in public",
    },
    Incoming {
        names: &["dm_typing", "dm_stop_typing"],
        payload: "`{to}`; may be called `peer`",
        answer: "`{}`",
        about: "One types to a person, or stopped",
    },
    Incoming {
        names: &["gdm_typing", "gdm_stop_typing"],
        payload: "`{thread_id}`; may be called `tid`",
        answer: "`{}`",
        about: "One types in a group, or stopped",
    },
    Incoming {
        names: &["channel_typing", "channel_stop_typing"],
        payload: "`{channel_id}`",
        answer: "`{}`",
        about: "One types in a channel, or stopped",
    },
    Incoming {
        names: &["report_message"],
        payload: "`{message_id, reason, details?}`; `reason` is `spam`, `harassment`, `hate_speech`, `inappropriate` or `other`",
        answer: "`{message}`",
        about: "Reports a message to the admins; the same one once an hour. Also told as `report_success` or `report_error`",
    },
    Incoming {
        names: &["report_user"],
        payload: "`{target_username, reason, details?}`; `reason` may be `impersonation` too",
        answer: "`{message}`",
        about: "Reports a person to the admins; the same one once a day. Also told as `report_success` or `report_error`",
    },
    Incoming {
        names: &["fetch_reports"],
        payload: "`{status?, offset?, limit?}`; `status` is `all` (unless said), `pending`, `reviewed`, `resolved` or `dismissed`",
        answer: "ReportsPage",
        about: "A page of reports, the newest first; for admins. Also told as `reports_data` or `reports_error`",
    },
    Incoming {
        names: &["update_report_status"],
        payload: "`{report_id, status, admin_notes?}`",
        answer: "`{message}`",
        about: "Notes what has become of a report; for admins. Also told as `report_update_success` or `report_update_error`",
    },
    Incoming {
        names: &["delete_report"],
        payload: "`{report_id}`",
        answer: "`{message}`",
        about: "Removes a report; for admins. Also told as `report_delete_success` or `report_delete_error`",
    },
    Incoming {
        names: &["gdm_join"],
        payload: "`{thread_id}`; may be called `tid`",
        answer: "`{}`",
        about: "Does nothing for members, who hear their groups from the start; kept for older clients",
    },
    Incoming {
        names: &["doc_join"],
        payload: "`{doc_id, protocol?}`; `protocol` is `text` (unless said) or `yjs`",
        answer: "DocJoined",
        about: "Opens a document: from here on one hears of it. With `text` its text comes as `doc_content` too. Refusals: `access_denied` (also when there is none), `too_many_documents`, `unavailable`, `busy`",
    },
    Incoming {
        names: &["doc_leave"],
        payload: "`{doc_id}`",
        answer: "`{doc_id}`",
        about: "Closes a document",
    },
    Incoming {
        names: &["doc_edit"],
        payload: "`{doc_id, content, base_version?}`: the whole text, and the `version` that it was made from",
        answer: "DocEdited",
        about: "Edits a document. What differs from the text that this client was looking at is what was edited; others' edits stay. Joins, where one has not. Refusals: `access_denied`, `edit_access_denied`, `content_too_large`, `bad_params` (also a `base_version` that there is not), `unavailable`, `busy`",
    },
    Incoming {
        names: &["doc_sync"],
        payload: "`{doc_id, message}`: a message of the Yjs sync protocol, as binary",
        answer: "DocSynced",
        about: "Syncs a Yjs text, the root text `content`. Step 1 is answered with step 2 and the server's own step 1, as events before the acknowledgement; what a viewer answers to that must bring nothing new. Refusals: `malformed_update`, `out_of_date` (sync again), `content_too_large` (the text, its history, or more than 2,000,000 bytes), `access_denied`, `edit_access_denied`, `not_joined`, `unavailable`, `busy`",
    },
    Incoming {
        names: &["doc_awareness"],
        payload: "`{doc_id, message}`: a message of the Yjs awareness protocol, as binary, at most 16 KiB",
        answer: "`{}`",
        about: "Tells the other Yjs editors where one's cursor is. The server sets `user.name`",
    },
];

/// Every event that the server sends.
pub(super) const OUTGOING: &[Outgoing] = &[
    Outgoing {
        names: &["new_message"],
        payload: Payload::Typed("Message"),
        to: "everybody",
        about: "Something was said in public",
    },
    Outgoing {
        names: &["dm_new", "new_dm"],
        payload: Payload::Typed("Message"),
        to: "both people",
        about: "Something was said in a DM. Both names carry the same message: listen to one of them",
    },
    Outgoing {
        names: &["gdm_new"],
        payload: Payload::Typed("Message"),
        to: "the group's members",
        about: "Something was said in a group",
    },
    Outgoing {
        names: &["channel_new"],
        payload: Payload::Typed("Message"),
        to: "those who may view the channel",
        about: "Something was said in a channel, by a person or an app",
    },
    Outgoing {
        names: &["server_updated"],
        payload: Payload::Told(
            "`{server_id, what}`; `what` is `server`, `channels`, `roles`, `members`, `bans`, \
             `invites`, `apps`, `widgets` or `deleted`",
        ),
        to: "the server's members, and who is none any more; `bans` those who may ban alone",
        about: "Something in a server is not as it was: fetch again what is shown of it",
    },
    Outgoing {
        names: &[
            "message_edited",
            "edit_message",
            "dm_edit",
            "gdm_edit",
            "channel_edit",
        ],
        payload: Payload::Typed("MessageEdited"),
        to: "those who can read it",
        about: "A message has another text. The first name for all kinds, one of the others besides",
    },
    Outgoing {
        names: &["message_deleted"],
        payload: Payload::Typed("MessageDeleted"),
        to: "those who could read it",
        about: "A message was deleted",
    },
    Outgoing {
        names: &["messages_deleted"],
        payload: Payload::Told("`{ids, conversation}`"),
        to: "those who could read them",
        about: "Several messages were deleted at once; each has its `message_deleted` too",
    },
    Outgoing {
        names: &["clear_all"],
        payload: Payload::Told("`{}`"),
        to: "the person who cleared what is theirs; everybody, when all of the public chat was",
        about: "What one has loaded is out of date: read it anew",
    },
    Outgoing {
        names: &["dm_cleared"],
        payload: Payload::Told("`{peer}`"),
        to: "both people of a DM",
        about: "All of it was deleted",
    },
    Outgoing {
        names: &["gdm_cleared"],
        payload: Payload::Told("`{thread_id}`"),
        to: "the members of a group",
        about: "All of its messages were deleted",
    },
    Outgoing {
        names: &["pin_update"],
        payload: Payload::Typed("PinUpdate"),
        to: "those who could read the message",
        about: "A message was pinned or unpinned. No change of the message: `rev` stays",
    },
    Outgoing {
        names: &["reaction_added", "reaction_removed"],
        payload: Payload::Typed("ReactionChanged"),
        to: "those who could read the message",
        about: "Somebody put an emoji under a message, or took it away. It is a change like an edit: `rev` moves",
    },
    Outgoing {
        names: &[
            "delete_message",
            "dm_delete",
            "gdm_delete",
            "channel_delete",
        ],
        payload: Payload::Told("the id"),
        to: "those who could read it",
        about: "The same, for older clients",
    },
    Outgoing {
        names: &["read_state"],
        payload: Payload::Typed("ReadState"),
        to: "one's other sockets",
        about: "One has read further elsewhere",
    },
    Outgoing {
        names: &["typing"],
        payload: Payload::Told("`{users: [names]}`"),
        to: "everybody",
        about: "Everybody who is typing in public",
    },
    Outgoing {
        names: &["user_typing", "user_stop_typing"],
        payload: Payload::Typed("UserTyping"),
        to: "the others in the conversation",
        about: "Somebody types, or stopped",
    },
    Outgoing {
        names: &["dm_typing"],
        payload: Payload::Told("`{from, to, username, peer, conversation}`"),
        to: "the other person",
        about: "Somebody types to one",
    },
    Outgoing {
        names: &["gdm_typing"],
        payload: Payload::Told("`{from, username, thread_id, tid, group_name, conversation}`"),
        to: "the other members",
        about: "Somebody types in a group",
    },
    Outgoing {
        names: &["user_list_refresh"],
        payload: Payload::Told(
            "one of `{online: name}`, `{offline: name}`, `{new_user: name}`, `{avatar_updated: name}`, `{profile_updated: name}`, `{renamed: name, from: name}`, `{cleanup: true}`",
        ),
        to: "everybody",
        about: "Somebody came, went, is new or has another picture; `cleanup`: so many did that the lists are best fetched anew",
    },
    Outgoing {
        names: &["gdm_threads_refresh"],
        payload: Payload::Told("`{tid}` or `{deleted: tid}`"),
        to: "members, and those who no longer are",
        about: "A group changed, or is gone",
    },
    Outgoing {
        names: &["conversation_removed"],
        payload: Payload::Told("`{conversation}`"),
        to: "whoever lost access",
        about: "One is no longer in a conversation",
    },
    Outgoing {
        names: &["doc_content"],
        payload: Payload::Typed("DocContent"),
        to: "a socket that opened the document with whole texts",
        about: "The text as it is: after `doc_join`, after an edit in another window of the same person, and when what was edited could not be stored",
    },
    Outgoing {
        names: &["doc_updated", "doc_content_updated"],
        payload: Payload::Typed("DocUpdated"),
        to: "the other sockets that have it open with whole texts, and the editor's when the merged text differs from what it sent",
        about: "The text was edited. Both names carry the same: listen to one of them. Texts come one at a time, at the pace of the client: some versions are left out",
    },
    Outgoing {
        names: &["doc_sync"],
        payload: Payload::Told(
            "`{doc_id, message, version, edited_by?}`: a message of the Yjs sync protocol, as binary",
        ),
        to: "the other sockets that have it open with Yjs; the steps of a sync to the one that syncs",
        about: "The text was edited. A step 1, which may come at any time, asks for what one has beyond it: answer with step 2",
    },
    Outgoing {
        names: &["doc_awareness"],
        payload: Payload::Told(
            "`{doc_id, message}`: a message of the Yjs awareness protocol, as binary",
        ),
        to: "the other sockets that have it open with Yjs",
        about: "Somebody's cursor moved, or they are gone",
    },
    Outgoing {
        names: &["doc_user_joined", "doc_user_left"],
        payload: Payload::Typed("DocUser"),
        to: "the others who have the document open",
        about: "Somebody opened it, or closed it everywhere",
    },
    Outgoing {
        names: &[
            "doc_member_added",
            "doc_member_removed",
            "doc_member_role_updated",
        ],
        payload: Payload::Typed("DocMember"),
        to: "those who have the document open, and the person",
        about: "Somebody may open the document, may no more, or may do something else with it",
    },
    Outgoing {
        names: &["doc_members_updated"],
        payload: Payload::Typed("DocNews"),
        to: "the same",
        about: "The same, for older clients",
    },
    Outgoing {
        names: &["doc_renamed"],
        payload: Payload::Typed("DocRenamed"),
        to: "all members",
        about: "The document has another name",
    },
    Outgoing {
        names: &["doc_deleted"],
        payload: Payload::Typed("DocNews"),
        to: "all members",
        about: "The document is gone",
    },
    Outgoing {
        names: &["widget_updated"],
        payload: Payload::Typed("WidgetUpdated"),
        to: "the members of the server; of a hidden widget, those who may manage it",
        about: "A widget shows something else. At most four times a second for each widget, always the last. The same comes from `GET /servers/{serverId}/events`",
    },
    Outgoing {
        names: &["custom_channels_refresh"],
        payload: Payload::Told("`{}`"),
        to: "everybody",
        about: "Something about custom channels is not as it was: `GET /api/channels/custom/list`",
    },
    Outgoing {
        names: &["admin_list"],
        payload: Payload::Told("`{admins: [names]}`"),
        to: "everybody",
        about: "Somebody became admin, or is no longer; empty while admins hide",
    },
    Outgoing {
        names: &["timeout_set"],
        payload: Payload::Told("`{until}`, in seconds since 1970"),
        to: "the person",
        about: "One may say nothing until then; told again to each new socket",
    },
    Outgoing {
        names: &["timeout_removed"],
        payload: Payload::Told("`{}`"),
        to: "the person",
        about: "One may speak again before the time",
    },
    Outgoing {
        names: &["broadcast"],
        payload: Payload::Told("`{text, from}`"),
        to: "everybody",
        about: "An admin had System say something; it comes as `new_message` too",
    },
    Outgoing {
        names: &["new_report"],
        payload: Payload::Told(
            "`{id, type, reporter, target, reason}`; `type` is `message` or `user`",
        ),
        to: "admins",
        about: "Somebody reported something",
    },
    Outgoing {
        names: &["report_success", "report_error"],
        payload: Payload::Told("`{message}`"),
        to: "one socket",
        about: "The answer to a report, for clients without acknowledgements",
    },
    Outgoing {
        names: &["reports_data"],
        payload: Payload::Typed("ReportsPage"),
        to: "one socket",
        about: "The answer to `fetch_reports`, likewise",
    },
    Outgoing {
        names: &[
            "reports_error",
            "report_update_success",
            "report_update_error",
            "report_delete_success",
            "report_delete_error",
        ],
        payload: Payload::Told("`{message}`"),
        to: "one socket",
        about: "The answers to what admins do with reports, likewise",
    },
    Outgoing {
        names: &["system_message"],
        payload: Payload::Typed("SystemMessage"),
        to: "one socket",
        about: "A notice, such as why a message was refused",
    },
    Outgoing {
        names: &["error"],
        payload: Payload::Told("`{event, error, message, retry_after?}`"),
        to: "the socket that sent the event",
        about: "An event without acknowledgement failed",
    },
];
