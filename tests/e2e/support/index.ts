export { ask, multipart, urlencoded, type Answer } from "./http.ts";
export { Chatter, SECRET, aServer, binary, refusesToStart, type Options, type Ran } from "./server.ts";
export { PASSWORD, Person, Stranger, type Group } from "./person.ts";
export { PATIENCE, Tab, within, type Heard, type Where } from "./tab.ts";
export { PostOffice } from "./post-office.ts";
export { FRONTEND, ReactClient } from "./react.ts";
export { mask, matchesSnapshot } from "./snapshot.ts";
export { postgresUrl } from "./database.ts";
