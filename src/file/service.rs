//! Storing files, finding them and letting them go.

use std::{path::PathBuf, sync::Arc};

use entity::{Timestamp, UserId, file::Kind};
use serde_json::json;

use super::{
    blobs::Blobs,
    content::Content,
    fetch::{Fetcher, Schemes},
    model::{DEFAULT_EXPIRY, File, FileName, Purpose, file_not_found, thumbnail_of, too_large},
    pace::{Pace, Turn},
    proxy::{self, PictureProxy},
    spool::{Spool, Spooled},
    store::{self, NewRow},
};
use crate::{
    account::{Accounts, Directory, User},
    kernel::{
        Clock, Db, Error, Result, Signer, Tasks, Tx, Workers,
        config::{Media, Storage},
        error::ErrorKind,
    },
    socket::{Delivery, Room},
};

/// The folder of what is on its way in, within the one for files.
pub(super) const SPOOL: &str = "spool";
/// The largest picture that is taken for an avatar, in bytes.
pub(super) const MAX_AVATAR_BYTES: u64 = 8 * 1024 * 1024;

/// What [`Files`] is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Whose avatars they are.
    pub accounts: Accounts,
    /// Who hears of new avatars.
    pub delivery: Delivery,
    /// What runs beside requests.
    pub tasks: Tasks,
    /// Where bytes go, and how many.
    pub storage: Storage,
    /// What is done about pictures that are elsewhere.
    pub media: Media,
    /// Signs the paths of those.
    pub signer: Signer,
    /// Whether the pace of uploads is limited.
    pub limits: bool,
}

/// The files feature. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) directory: Directory,
    pub(super) accounts: Accounts,
    pub(super) delivery: Delivery,
    pub(super) tasks: Tasks,
    pub(super) blobs: Blobs,
    pub(super) fetcher: Fetcher,
    pub(super) workers: Workers,
    pub(super) pace: Pace,
    pub(super) max_bytes: u64,
    max_bytes_per_person: u64,
    spool: Arc<PathBuf>,
    proxy: PictureProxy,
}

/// A file that is here and is to be kept.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) owner: Arc<User>,
    pub(super) name: FileName,
    pub(super) purpose: Purpose,
    pub(super) spooled: Spooled,
}

impl Files {
    /// Opens the store and begins to look after it.
    pub async fn start(parts: Parts) -> anyhow::Result<Self> {
        let folder = PathBuf::from(&parts.storage.dir);
        let spool = folder.join(SPOOL);
        tokio::fs::create_dir_all(&spool)
            .await
            .map_err(|error| anyhow::anyhow!("storage.dir {}: {error}", folder.display()))?;
        let (fetcher, workers) = (Fetcher::new(parts.storage.reachable)?, Workers::default());
        let spool = Arc::new(spool);
        let proxy = if parts.media.proxy {
            PictureProxy::new(proxy::Parts {
                signer: parts.signer,
                fetcher: fetcher.clone(),
                workers: workers.clone(),
                spool: spool.clone(),
                capacity: parts.media.proxy_cache_bytes,
                limits: parts.limits,
            })
        } else {
            PictureProxy::off()
        };
        let files = Self {
            db: parts.db,
            clock: parts.clock,
            directory: parts.directory,
            accounts: parts.accounts,
            delivery: parts.delivery,
            tasks: parts.tasks,
            blobs: Blobs::local(&folder)?,
            fetcher,
            workers,
            pace: Pace::new(parts.limits),
            max_bytes: parts.storage.max_upload_bytes,
            max_bytes_per_person: parts.storage.max_bytes_per_person,
            spool,
            proxy,
        };
        files.keep_house();
        Ok(files)
    }

    /// Shows pictures that are elsewhere.
    pub fn proxy(&self) -> &PictureProxy {
        &self.proxy
    }

    /// Lets a person upload, at their pace.
    pub(super) fn admit(&self, user: &User) -> Result<Turn> {
        self.pace.upload(user.id)
    }

    /// Room for a file of at most `max` bytes that is on its way in.
    pub(super) async fn spool(&self, max: u64) -> Result<Spool> {
        Spool::new(&self.spool, max.min(self.max_bytes)).await
    }

    /// Fetches a file from the public Internet and keeps it.
    pub(super) async fn fetch(
        &self,
        owner: Arc<User>,
        url: &str,
        purpose: Purpose,
    ) -> Result<File> {
        let _turn = self.pace.fetch(owner.id)?;
        let spool = self.spool(self.max_bytes).await?;
        let fetching = self
            .fetcher
            .fetch((url, Schemes::Web), spool, self.max_bytes);
        let fetched = fetching.await?;
        self.keep(Upload {
            owner,
            name: fetched.name,
            purpose,
            spooled: fetched.spooled,
        })
        .await
    }

    /// Fetches a file from the public Internet and shares it for a week.
    pub async fn share_from_url(&self, owner: Arc<User>, url: &str) -> Result<File> {
        let purpose = Purpose::Shared(self.expiry(DEFAULT_EXPIRY));
        self.fetch(owner, url, purpose).await
    }

    /// Keeps an upload, to the end even when whoever uploaded it has hung up.
    ///
    /// # Errors
    /// `quota_exceeded`, `image_invalid`, `image_too_large`, `file_too_large`, `not_an_image`.
    pub(super) async fn keep(&self, upload: Upload) -> Result<File> {
        let files = self.clone();
        let keeping = async move { files.keep_now(upload).await };
        self.tasks.complete(keeping).await
    }

    async fn keep_now(&self, upload: Upload) -> Result<File> {
        let Upload {
            owner,
            name,
            purpose,
            spooled,
        } = upload;
        // Before any work is done; what counts is asked again when it is stored.
        let used = store::used_bytes(self.db.reader(), owner.id).await?;
        self.require_room(used, spooled.size)?;
        let content = Content::read(&self.workers, spooled, purpose).await?;
        if content.size > self.max_bytes {
            return Err(too_large(self.max_bytes));
        }
        let (names, row) = content.row(owner.id, name, purpose, self.clock.now());
        let stored = async {
            content.put(&self.blobs, &names.blob).await?;
            self.insert(&owner, row).await
        };
        let stored = stored.await;
        if stored.is_err() {
            self.free(&names.blob).await;
        }
        stored
    }

    async fn insert(&self, owner: &User, row: NewRow) -> Result<File> {
        let is_avatar = row.purpose == Purpose::Avatar;
        let tx = self.db.begin().await?;
        store::lock_owner(&tx, owner.id).await?;
        let used = store::used_bytes(&tx, owner.id).await?;
        let thumbnail = row.thumbnail.as_ref().map_or(0, |(_, size)| *size);
        self.require_room(used, (row.size + thumbnail).unsigned_abs())?;
        if !is_avatar {
            let file = store::insert(&tx, row).await?;
            tx.commit().await?;
            return Ok(file);
        }
        let old = take_avatars(&tx, owner).await?;
        let file = store::insert(&tx, row).await?;
        self.give_avatar(tx, owner, Some(file.stored_name.clone()), old)
            .await?;
        Ok(file)
    }

    /// Takes a person's avatar away.
    pub(super) async fn delete_avatar(&self, user: Arc<User>) -> Result<()> {
        let files = self.clone();
        let deleting = async move {
            let tx = files.db.begin().await?;
            store::lock_owner(&tx, user.id).await?;
            let old = take_avatars(&tx, &user).await?;
            files.give_avatar(tx, &user, None, old).await
        };
        self.tasks.complete(deleting).await
    }

    /// Ends what `tx` did to a person's avatar; everybody hears of it, and the old bytes go.
    async fn give_avatar(
        &self,
        tx: Tx,
        user: &User,
        avatar: Option<String>,
        old: Vec<File>,
    ) -> Result<()> {
        self.accounts.set_avatar_with(tx, user, avatar).await?;
        for file in old {
            self.free(&file.blob_name).await;
        }
        self.delivery.emit(
            &[Room::Everyone],
            "user_list_refresh",
            &json!({"avatar_updated": user.username}),
        );
        Ok(())
    }

    fn require_room(&self, used: i64, more: u64) -> Result<()> {
        if used.unsigned_abs() + more <= self.max_bytes_per_person {
            return Ok(());
        }
        let text = "There is no room for more of your files. Delete some of them first.";
        Err(Error::new(ErrorKind::TooLarge, "quota_exceeded", text))
    }

    /// The file that `/uploads/<name>` speaks of.
    pub(super) async fn find_stored(&self, stored_name: &str) -> Result<File> {
        require_text(stored_name)?;
        let now = self.clock.now();
        let found = store::find_by_stored_name(self.db.reader(), stored_name, now).await?;
        found.ok_or_else(file_not_found)
    }

    /// The file with this public id, as far as `user` may know of it: shared ones are everybody's,
    /// others are their owners'.
    pub async fn find(&self, user: &User, public_id: &str) -> Result<File> {
        require_text(public_id)?;
        let now = self.clock.now();
        let found = store::find_by_public_id(self.db.reader(), public_id, now).await?;
        found
            .filter(|file| match file.kind {
                Kind::Shared => true,
                Kind::Attachment => file.owner_id == user.id || user.role.is_admin(),
                Kind::Avatar => false,
            })
            .ok_or_else(file_not_found)
    }

    /// Shared files, the newest first, and whether there are more.
    pub async fn list(&self, offset: u64, limit: u64) -> Result<(Vec<File>, bool)> {
        let now = self.clock.now();
        let page = (offset, limit + 1);
        let mut files = store::list_shared(self.db.reader(), now, page).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = files.len() > limit;
        files.truncate(limit);
        Ok((files, has_more))
    }

    /// Deletes a file, for its owner and for admins.
    ///
    /// # Errors
    /// `file_not_found`, `forbidden`.
    pub async fn delete(&self, user: &User, public_id: &str) -> Result<()> {
        let file = self.find(user, public_id).await?;
        if file.owner_id != user.id && !user.role.is_admin() {
            return Err(Error::forbidden());
        }
        let files = self.clone();
        let deleting = async move { files.remove(&file).await };
        self.tasks.complete(deleting).await
    }

    /// Whether a message may name this file; from now on one does.
    pub async fn attach(&self, stored_name: &str) -> Result<bool> {
        store::attach(self.db.writer(), stored_name, self.clock.now()).await
    }

    /// Removes uploads of `owner` that no message names any more.
    pub async fn release(&self, owner: UserId, stored_names: &[String]) -> Result<()> {
        for name in stored_names {
            let now = self.clock.now();
            let found = store::find_by_stored_name(self.db.reader(), name, now).await?;
            // What is shared stays until it expires.
            let is_theirs = |file: &File| file.kind == Kind::Attachment && file.owner_id == owner;
            if let Some(file) = found.filter(is_theirs) {
                self.remove(&file).await?;
            }
        }
        Ok(())
    }

    /// Removes a file. Without its row nobody can read it, so that goes first.
    pub(super) async fn remove(&self, file: &File) -> Result<()> {
        if store::delete(self.db.writer(), file.id).await? {
            self.free(&file.blob_name).await;
        }
        Ok(())
    }

    /// Frees the bytes of a file. What cannot be freed now is found by who looks for what is
    /// nobody's.
    pub(super) async fn free(&self, blob: &str) {
        for name in [blob, &thumbnail_of(blob)] {
            if let Err(error) = self.blobs.delete(name).await {
                error.log("freeing the bytes of a file");
            }
        }
    }

    /// When a file that is shared now for so many seconds is gone.
    pub(super) fn expiry(&self, seconds: i64) -> Timestamp {
        self.clock.now().plus_seconds(seconds)
    }
}

/// Removes the rows of a person's avatars, which are returned.
async fn take_avatars(tx: &Tx, user: &User) -> Result<Vec<File>> {
    let old = store::avatars(tx, user.id).await?;
    for file in &old {
        store::delete(tx, file.id).await?;
    }
    Ok(old)
}

/// PostgreSQL takes no text with a NUL in it; there is no such name either.
fn require_text(name: &str) -> Result<()> {
    if name.contains('\0') {
        return Err(file_not_found());
    }
    Ok(())
}
