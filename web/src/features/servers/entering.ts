/** A server one has just come into: everything that lists servers and channels asks again, and it is opened. */

import { relist } from '../../live/listing';
import { listMyServers, openServer } from '../../live/servers';
import { requestSync } from '../../live/sync';
import { navigate, serverPath } from '../../router';

export async function enterServer(id: number): Promise<void> {
  relist();
  void requestSync();
  await Promise.all([listMyServers(), openServer(id)]);
  navigate(serverPath(id));
}
